"""Who was without water, from when until when, and what that cost."""
