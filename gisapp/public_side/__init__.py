"""The public side as a process of its own: own addresses, own settings, own database role.

It reads published files and place names and files reports. It knows no session, no account, no
broker, and its role in the database may read no table of the network or of the outages.
"""
