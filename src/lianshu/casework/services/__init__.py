"""Writing loops and cases."""
