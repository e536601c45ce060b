"""The plan of a shutdown, and how strong the water runs beside it."""
