"""Who looked at a customer's data."""
