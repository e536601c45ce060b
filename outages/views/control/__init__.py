"""The control room: map, cases, plans and their arguments, the board, the search."""
