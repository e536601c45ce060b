"""The utility's own rules as people set them."""
