"""Runs a command while holding a lock in the database, so that containers do it in turn.

    one_at_a_time.py COMMAND [ARGUMENTS]

Several web containers that start together would otherwise migrate the same tables side by side.
Ends with the command's own status. The lock goes with the connection, so a container that is
killed in the middle leaves none behind.
"""

import os
import subprocess
import sys

import psycopg

LOCK = 5_201_978  # any number of our own; layers.public.snapshots holds the one before


def main() -> int:
    """Wait for the lock, run the command, return its status."""
    owner = os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
    url = owner.replace("postgis", "postgresql", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        return subprocess.run(sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
