"""What is written into the monthly report."""
