"""Where the rules ask for a reason in words."""

from outages.workflow import Refused


class ReasonMissing(Refused):
    """An override, an abort, a valve left closed: say why, so that others can understand it."""

    codes = ("reason_missing",)


def required_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises ReasonMissing if nothing is left."""
    text = reason.strip()
    if not text:
        raise ReasonMissing
    return text
