"""What people tell us, and how long they waited to tell it."""
