"""Ending the sessions of people who went off duty: one sign-in a seat, none left open."""

from collections.abc import Collection
from datetime import datetime
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

_CHUNK: Final = 500


def sign_out(people: Collection[int], *, at: datetime) -> int:
    """End every session of these people (keys of users); return how many.

    A session is no record: what they did stands in the events.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = {str(pk) for pk in people}
    ended = 0
    if not keys:
        return ended
    for session in Session.objects.filter(expire_date__gt=at).iterator(_CHUNK):
        if str(session.get_decoded().get(SESSION_KEY, "")) in keys:
            store(session.session_key).delete()
            ended += 1
    return ended
