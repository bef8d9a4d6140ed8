"""A Django app whose one job takes its time."""
