"""Policies met by organisations: who is entitled to what, why not, and what is missing."""
