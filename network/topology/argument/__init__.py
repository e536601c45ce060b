"""What an answer can say for itself: why, what else, what could be restored, and how sure.

Everything here asks the engine again on small parts of the network (`scene`) and makes
sentences' worth of facts of it; nothing here changes an answer.
"""
