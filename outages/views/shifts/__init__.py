"""Duty: the shift page, the hand-over, the crews' roster."""
