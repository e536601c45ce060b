"""Reading the environment strictly: nonsense stops the start and is named."""

import math
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def strict_bool(name: str, *, default: bool) -> bool:
    """Read a switch: only true/false/on/off/1/0 count, anything else stops the start."""
    text = env.str(name, default=str(default)).strip().lower()
    if text in ("true", "on", "1"):
        return True
    if text in ("false", "off", "0"):
        return False
    msg = f"{name} must be true or false, not {text!r}"
    raise ImproperlyConfigured(msg)


def positive_int(name: str, *, default: int) -> int:
    """Read a whole number above zero."""
    text = env.str(name, default=str(default))
    if not text.isdecimal() or int(text) == 0:
        msg = f"{name} must be a whole number above zero, not {text!r}"
        raise ImproperlyConfigured(msg)
    return int(text)


def positive_float(name: str, *, default: float) -> float:
    """Read a finite number above zero."""
    text = env.str(name, default=str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        msg = f"{name} must be a finite number above zero, not {text!r}"
        raise ImproperlyConfigured(msg)
    return value


def secret(name: str) -> str:
    """Read a secret from NAME, or from the file that NAME_FILE names."""
    file = env.str(f"{name}_FILE", default="")
    value = Path(file).read_text(encoding="utf-8").strip() if file else env.str(name, default="")
    if len(value) < 32:
        msg = f"{name} (or {name}_FILE) must hold at least 32 characters"
        raise ImproperlyConfigured(msg)
    return value


def optional_secret(name: str) -> str:
    """Read a secret that may be left out: nothing, or at least 32 characters."""
    is_told = env.str(name, default="") or env.str(f"{name}_FILE", default="")
    return secret(name) if is_told else ""


def basemap_sources(basemaps: list[dict[str, Any]]) -> list[str]:
    """Return the origins that basemap tiles come from, for img-src.

    A `{s}` in the host becomes a wildcard label.
    """
    origins = set()
    for basemap in basemaps:
        parts = urlsplit(str(basemap.get("url", "")))
        if parts.scheme != "https" or not parts.netloc:
            msg = f"BASEMAPS: {basemap.get('name')!r} needs an https:// url"
            raise ImproperlyConfigured(msg)
        first, _dot, rest = parts.netloc.partition(".")
        origins.add(f"https://{f'*.{rest}' if '{s}' in first else parts.netloc}")
    return sorted(origins)
