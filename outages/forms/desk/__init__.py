"""What a call agent fills in."""
