"""What a closed loop must be, a module to a subject; `docs/loops.md` lists every rule."""
