"""The monthly report on the screen, on paper and as files."""
