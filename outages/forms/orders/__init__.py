"""What is said of an order and of its case."""
