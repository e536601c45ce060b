"""The crew's phone: my orders, the next step, what works without signal."""
