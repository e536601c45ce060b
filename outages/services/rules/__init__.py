"""The utility's rules at work: policy, limits and their clocks, reasons, who is told at once."""
