"""In which order valves are closed and opened again, where to drain, vent and flush, and why.

The rules stand in docs/order.md. Pure, like all of `topology`; nothing here decides what is closed.
"""
