"""The language of a command's output."""

from __future__ import annotations

import os

from django.conf import settings


def shell_language() -> str:
    """Return the interface language that the shell's locale asks for; English if it has none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh-hans" if value.lower().startswith("zh") else "en"
    return "en" if "en" in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
