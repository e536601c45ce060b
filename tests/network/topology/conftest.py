"""How many random networks a run tries: MAINBREAK_EXAMPLES sets it (CI takes a slice)."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "networks",
    max_examples=int(os.environ.get("MAINBREAK_EXAMPLES", "400")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("networks")
