"""The crew's part: who goes out, and what they saw."""
