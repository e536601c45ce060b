"""The public side: what everybody may know, and nothing else.

One function, `snapshots.publish_public_snapshot`, turns published outages into files that never
change and a short pointer to the newest. Public pages read those files, never the outages.
"""
