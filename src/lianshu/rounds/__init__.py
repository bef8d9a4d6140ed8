"""Rounds: who goes with whom for all at once, planned, explained, confirmed."""
