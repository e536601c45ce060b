"""Who had no water, and where people get some meanwhile."""
