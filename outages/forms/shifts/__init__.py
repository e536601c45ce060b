"""What is said in a shift, and who has which."""
