"""What keeps machines off a form without a login, besides its hidden field and the count per home.

A signed note of when the form was shown comes back with it: a person needs some seconds.
"""

from typing import Final

from django.core import signing

SALT: Final = "public-form-shown"
LEAST_SECONDS: Final = 3
MOST_SECONDS: Final = 12 * 60 * 60


def stamp() -> str:
    """Return a signed note of now, to be sent back with the form."""
    return signing.dumps("", salt=SALT)


def filled_in_human_time(note: str) -> bool:
    """Whether the form came back no sooner than a person types and no later than half a day."""
    try:
        signing.loads(note, salt=SALT, max_age=MOST_SECONDS)
    except signing.BadSignature:
        return False
    try:
        signing.loads(note, salt=SALT, max_age=LEAST_SECONDS)
    except signing.SignatureExpired:
        return True
    return False
