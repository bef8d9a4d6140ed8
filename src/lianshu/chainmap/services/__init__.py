"""Writes of the chain map."""
