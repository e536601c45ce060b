"""The call desk's reads: who calls, is the water off there, how long did callers wait."""
