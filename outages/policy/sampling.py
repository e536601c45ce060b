"""Which finished orders are called back by telephone, and which by SMS.

RULES
1. A complaint is always called by telephone and stands outside the draw (C-17).
2. Of the others, in the order in which they were finished in a month, the telephone gets
   its share spread evenly: among any 100 in a row exactly the percentage, from a start that
   is drawn once a month and kept. So a draw can be repeated and proved, and a month of any
   size is as near to its share as can be.
3. The seed is shown when its month is over, and no lot falls by it any more. Until then its seal
   is: nobody reads from it whom the draw will meet, and everybody can prove afterwards that the
   seed was this one all the while.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Final

WHOLE: Final = 100


class CallBackMethod(StrEnum):
    SMS = "sms"
    PHONE = "phone"
    VISIT = "visit"


def start_of(seed: str) -> int:
    """Return the number, 0 to 99, that a month's seed comes to: the same for ever."""
    return int.from_bytes(sha256(seed.encode()).digest(), "big") % WHOLE


def seal_of(seed: str) -> str:
    """Return what may be shown of a seed that still draws; it gives away neither seed nor start."""
    return sha256(f"seal {seed}".encode()).hexdigest()[:16]


def draw(number: int, *, start: int, phone_percent: int) -> CallBackMethod:
    """Return how the order finished as `number` (0, 1, …) of its month is called back.

    `start` is the month's drawn number, 0 to 99. Raises ValueError for what is out of range.
    """
    if not 0 <= start < WHOLE:
        msg = f"start of the draw {start}: must be 0 to {WHOLE - 1}"
        raise ValueError(msg)
    if not 0 <= phone_percent <= WHOLE:
        msg = f"share by telephone {phone_percent} %: must be 0 to {WHOLE}"
        raise ValueError(msg)
    if number < 0:
        msg = f"number {number} in the month: must not be negative"
        raise ValueError(msg)
    before, after = number + start, number + start + 1
    met = after * phone_percent // WHOLE > before * phone_percent // WHOLE
    return CallBackMethod.PHONE if met else CallBackMethod.SMS
