"""What a crew fills in on a phone."""
