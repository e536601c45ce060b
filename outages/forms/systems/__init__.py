"""What other systems send, and what they may."""
