"""What the regulations make people do about an outage."""
