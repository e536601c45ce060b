"""Asks one burst over and over, as a web process does, and says what it was answered on.

python -m tests.network.asker PIPE   (until standard input ends)
"""

import json
import sys
import threading

import django


def main() -> None:
    """Write a line for each answer: the revisions in force before and after, and the answer's."""
    django.setup()
    from network.selectors import current_revision, load_snapshot, network_now, snapshots
    from network.topology.engine.isolation import Burst

    def never(*_anything: object) -> None:
        sys.stdout.write(json.dumps({"built": True}) + "\n")
        raise AssertionError

    # Who asks builds nothing: if it had to, the question would wait for it.
    snapshots.build = snapshots.make_ready = never  # type: ignore[assignment]
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.is_set():
        before, now = current_revision(), network_now()
        assert before is not None and now is not None
        snapshot = load_snapshot(now.revision)
        answer = snapshot.isolate([Burst(sys.argv[1])], now.state)
        after = current_revision()
        assert after is not None
        line = {
            "before": before.number,
            "revision": now.revision.number,
            "after": after.number,
            "closed": sorted(now.state.closed),
            "ready": snapshot.ready(now.state) is not None,
            "zone": answer.zone_pipes,
            "to_close": answer.valves_to_close,
            "customers": answer.customers,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
