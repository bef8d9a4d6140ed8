"""Pages that belong to no noun."""
