"""The crew's part: steps carried out, valves opened again, photos."""
