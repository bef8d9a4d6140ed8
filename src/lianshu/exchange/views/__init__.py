"""Pages of the exchange: parse, call a service or query, render."""
