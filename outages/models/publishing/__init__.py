"""What people are told, on which ways, and what they answer."""
