"""Tells ./run facts of the loaded demo town, from the files that load_demo leaves in a folder.

    demo_facts.py FOLDER burst              "LON,LAT  NAME" of the burst to show
    demo_facts.py FOLDER logins PASSWORD    a table of one login per role

Exits 1 where the folder does not say.
"""

import json
import sys
from pathlib import Path
from typing import Any


def read(folder: Path, name: str) -> Any:
    """Return the parsed file, or end with status 1 where there is none."""
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit(1)


def burst(folder: Path) -> str:
    """Return place and name of the first burst that the town's manifest names."""
    bursts = read(folder, "manifest.json").get("bursts", [])
    if not bursts:
        sys.exit(1)
    first = bursts[0]
    return f"{first['lon']},{first['lat']}  {first['title']}"


def logins(folder: Path, password: str) -> str:
    """Return one line per demo user."""
    users = read(folder, "users.json")
    width = max(len(user["username"]) for user in users)
    return "\n".join(
        f"  {user['username']:<{width}}  {password}  {user['name']}, {user['role']}"
        for user in users
    )


if __name__ == "__main__":
    place, what, *rest = sys.argv[1:]
    answer = burst(Path(place)) if what == "burst" else logins(Path(place), *rest)
    sys.stdout.write(answer + "\n")
