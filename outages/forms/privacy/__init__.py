"""What customers want to be told, or not."""
