#!/usr/bin/env python3
"""Django's command line. `./run manage ARGS` calls it with the database and Redis running."""

import os
import sys

# What makes or alters tables, roles and databases; everything else is the application's business.
OF_THE_OWNER = frozenset({"migrate", "grant_application", "grant_public", "restore"})


def main() -> None:
    """Run the management command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisapp.settings")
    if OF_THE_OWNER.intersection(sys.argv[1:2]):
        os.environ.setdefault("AS_OWNER", "true")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
