"""A whole fictional city from hand-written words: pure, seeded, the same at every run."""
