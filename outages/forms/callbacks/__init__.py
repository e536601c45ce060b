"""What is written down of a call-back."""
