"""Compiling trees to tables. Nothing here loads Ibis but `ibis_algebra`."""
