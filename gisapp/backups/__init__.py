"""Backups: made, kept, sealed, tried out and given back."""

from gisapp.backups.keeping import (
    MANIFEST,
    Backup,
    Restored,
    back_up,
    backups,
    drill,
    is_due,
    restore,
)

__all__ = [
    "MANIFEST",
    "Backup",
    "Restored",
    "back_up",
    "backups",
    "drill",
    "is_due",
    "restore",
]
