"""Duty: the desk's shifts, the crews' roster."""
