"""What goes out and comes in: notices, ways out, replies, calls to make."""
