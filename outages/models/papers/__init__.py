"""What an outage needs in writing before the public hears."""
