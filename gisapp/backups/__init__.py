"""Backups: made, kept, sealed, tried out and given back."""

from gisapp.backups.keeping import (
    MANIFEST,
    Backup,
    BackupRunning,
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
    "BackupRunning",
    "Restored",
    "back_up",
    "backups",
    "drill",
    "is_due",
    "restore",
]
