"""What people fill in about an outage's duties, papers and messages."""
