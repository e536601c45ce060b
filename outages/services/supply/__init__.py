"""Water for those who have none meanwhile."""
