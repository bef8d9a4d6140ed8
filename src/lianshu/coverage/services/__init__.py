"""What is written about coverage."""
