"""The city in advance: what every pipe and valve would cost, and where a valve would help."""
