"""Where the rules ask for a reason in words."""


class ReasonMissing(Exception):
    """An override, an abort, a valve left closed: say why, so that others can understand it."""


def required_reason(reason: str) -> str:
    """Return the reason without blanks around it. Raises ReasonMissing if nothing is left."""
    text = reason.strip()
    if not text:
        msg = "say why: the reason is kept with the record"
        raise ReasonMissing(msg)
    return text
