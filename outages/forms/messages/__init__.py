"""What people decide about messages and the ways out."""
