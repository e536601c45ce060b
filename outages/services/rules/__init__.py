"""The utility's rules at work: policy, registers, limits and their clocks, who is told at once.

Here too is what every use case asks: reasons, codes that people say, a time that can hold, for
which crew somebody may act.
"""
