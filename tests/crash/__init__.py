"""Senders, databases and brokers that die while messages go out, and what is left afterwards.

cluster    a private PostgreSQL and a private Redis that may be stopped the hard way
nursery    forks senders that may be killed
harness    keeps them going and kills them, and compares three records at the end
"""
