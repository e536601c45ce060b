"""One sender a machine: the other processes of a worker stay free for plans and publication.

A bulk notice takes a sender a minute. Were all processes of a worker sending, a report would wait
that long for its plan, and the public page for the new time. More senders: more workers.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from socket import gethostname

from django.conf import settings


@contextmanager
def sole_sender() -> Iterator[bool]:
    """Give True to the one process of this machine and instance that may send, False to others.

    Containers share the state folder, and each may send: the file bears the machine's name. The
    lock ends with its process, however that ends.
    """
    with (settings.STATE_DIR / f"sender-{gethostname()}.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
