"""The plan of a shutdown: its steps and their words, its area, its pressures."""
