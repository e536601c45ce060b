"""JSON as others send it."""

import json
from typing import Any


def read_json(body: bytes) -> Any:
    """Read it. Raises ValueError for what is no JSON, nested without end included."""
    try:
        return json.loads(body)
    except RecursionError:
        msg = "nested without end"
        raise ValueError(msg) from None
