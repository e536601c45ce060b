"""Orders, the crews that carry them out, and what happens beside an order's states."""
