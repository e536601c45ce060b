"""What other systems say and ask over HTTP, and the page on which they are registered."""
