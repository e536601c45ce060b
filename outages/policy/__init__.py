"""The utility's rules as tables and arithmetic.

Pure: no Django, no database, no clock. A table printed is the rule in force; values that the
utility may change come in from the policy rows, never from constants here.
"""
