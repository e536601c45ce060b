"""The control room's reads: the board."""
