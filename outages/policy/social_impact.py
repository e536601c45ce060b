"""What makes a case major by itself: many without water, a key user, the press.

The reasons are the choices of the policy `major_when`; each holds or not by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from outages.policy.matrix import Facts, Limits, is_large

BIG_OUTAGE: Final = "big_outage"
KEY_USER: Final = "key_user"
MEDIA: Final = "media"


@dataclass(frozen=True)
class Told:
    """What is known of a case when it is taken."""

    with_media: bool = False
    of_key_user: bool = False


def of_case(told: Told, wanted: Collection[str]) -> tuple[str, ...]:
    """Return why a case is major, of the reasons that are wanted; empty where it is not."""
    found = {MEDIA: told.with_media, KEY_USER: told.of_key_user}
    return tuple(reason for reason, holds in found.items() if holds and reason in wanted)


def of_outage(facts: Facts, limits: Limits, wanted: Collection[str]) -> tuple[str, ...]:
    """Return why the cases of an outage are major, of the reasons that are wanted."""
    found = {BIG_OUTAGE: is_large(facts, limits), KEY_USER: facts.key_users > 0}
    return tuple(reason for reason, holds in found.items() if holds and reason in wanted)
