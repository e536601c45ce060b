"""How many random networks a run tries: MAINBREAK_EXAMPLES sets it (CI takes a slice)."""

import os

from hypothesis import settings

settings.register_profile(
    "networks",
    parent=settings.get_profile("tests"),
    max_examples=int(os.environ.get("MAINBREAK_EXAMPLES", "400")),
)
settings.load_profile("networks")
