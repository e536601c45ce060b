"""A message across a page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Banner:
    """A message across the panel: tone warn, danger or ok."""

    tone: str
    title: str
    text: str = ""
