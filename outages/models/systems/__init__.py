"""Other systems, and what they and the two centres tell each other."""
