"""What runs by itself, how often, and on whose queue: Celery's part of the settings."""

from typing import Any, Final

# Periodic work. One line each: name, task, seconds. `expires` drops a wake-up that is already
# outdated by the next one, so a long stop does not end in a burst of sweeps.
_PERIODIC: Final = (
    ("send-due-deliveries", "outages.tasks.send_due_deliveries", 10),
    ("plan-waiting-reports", "outages.tasks.plan_waiting_reports", 15),
    ("begin-planned-outages", "outages.begin_planned_outages", 60),
    ("prepare-state", "network.prepare_state", 5),
    ("publish-public", "layers.publish_public", 30),
    ("reckon-pressures", "outages.tasks.reckon_pressures", 10),
    ("collect-inbound", "outages.tasks.collect_inbound", 30),
    ("take-public-reports", "gisapp.take_public_reports", 5),
    ("scan-deadlines", "outages.scan_deadlines", 15),
    ("watch-callbacks", "outages.watch_callbacks", 15),
    ("watch-messages", "outages.watch_messages", 30),
    ("watch-the-desk", "outages.watch_the_desk", 60),
    ("watch-monthly-report", "outages.watch_monthly_report", 120),
    ("reckon-risk", "gisapp.reckon_risk", 15),
    ("back-up-when-due", "gisapp.back_up_when_due", 3_600),
    ("reckon-supply", "outages.tasks.reckon_supply", 60),
)
BEAT_SCHEDULE: Final[dict[str, Any]] = {
    name: {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}
    for name, task, seconds in _PERIODIC
}
# What takes more than a moment has workers of its own (the program "reckoner"): a notice never
# waits behind a city.
RECKONING_QUEUE: Final = "reckoning"
TASK_ROUTES: Final = {
    "gisapp.reckon_risk": {"queue": RECKONING_QUEUE},
    "gisapp.back_up_when_due": {"queue": RECKONING_QUEUE},
    "outages.tasks.reckon_pressures": {"queue": RECKONING_QUEUE},
    "outages.tasks.reckon_supply": {"queue": RECKONING_QUEUE},
}
