"""How people are reached: one way to write a number or an address, so that equal ones are equal."""

import re

# A mainland mobile number, with or without country code; others get no SMS.
_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")


def mobile_number(phone: str) -> str:
    """Return a mobile number as +86…, or "" if it is none."""
    match = _MOBILE.fullmatch(re.sub(r"[\s()-]", "", phone))
    return f"+86{match[1]}" if match else ""
