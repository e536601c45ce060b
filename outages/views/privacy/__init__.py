"""Screens of what is masked: showing a number, a customer's file, and the log of who looked."""
