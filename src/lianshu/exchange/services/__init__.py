"""Writing the exchange; one module per noun."""
