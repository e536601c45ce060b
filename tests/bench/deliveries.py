"""`./run bench --deliveries 5000`: messages on three channels while everything dies around them."""

from __future__ import annotations

import sys

from tests.crash.harness import Trial, Verdict, running_cluster, try_it

# Small, for it only has to see some: a lease shorter than the send, and nobody looks at the claim.
CONTROL = Trial(
    deliveries=300,
    kills=0,
    stops=0,
    losses=0,
    with_worker=False,
    fenced=False,
    lease_s=0.3,
    latency_s=0.15,
    channels=("sms",),
    within_s=120,
)


def survive(deliveries: int) -> int:
    """Run the trial and its negative control; 0 when none was lost or doubled, and it counted."""
    with running_cluster() as cluster:
        verdict = try_it(Trial(deliveries=deliveries, within_s=max(400.0, deliveries / 5)), cluster)
        _tell("fenced", verdict)
        control = try_it(CONTROL, cluster)
    _tell("without the fence", control)
    if not verdict.is_exercised:
        sys.stdout.write("not exercised: too few kills met a message under way\n")
    if not control.doubled:
        sys.stdout.write("the control saw no doubles: this harness proves nothing\n")
    return 0 if verdict.is_good and control.doubled else 1


def _tell(name: str, verdict: Verdict) -> None:
    sys.stdout.write(
        f"{name}: {verdict.trial.deliveries:,} deliveries, {verdict.kills} kills in mid-send, "
        f"{verdict.stops} database stops, {verdict.losses} lost Redis, seed {verdict.trial.seed}: "
        f"lost {verdict.lost}, doubled {verdict.doubled}, events wrong {verdict.events_wrong}, "
        f"{verdict.statuses} in {verdict.took_s:.0f} s\n"
    )
