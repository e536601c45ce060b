"""What people and programs fill in: shape only; what is allowed, the services say.

Rooms as in `views`; `shape` holds what forms of several rooms are made of.
"""
