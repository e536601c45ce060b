"""The rules in force: policy, limits, who answers for what, who is told at once."""
