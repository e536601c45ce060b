"""Symbols of the printed plan, black on white, in millimetres around the origin."""

from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import escape

from layers.plan_picture import Mark

DISC_MM: Final = 3.1
BURST_STAR: Final = (
    "M0 -3.6L.9 -1.5L2.9 -2.3L1.9 -.5L3.8 .6L1.7 1L2 3.2L.3 1.8L-1.1 3.6L-1.5 1.5L-3.6 1.7"
    "L-2.1 .2L-3.5 -1.4L-1.4 -1.4Z"
)

DEFINITIONS: Final = (
    '<defs><pattern id="sheet-hatch" width="2" height="2" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V2" stroke="#555" stroke-width=".3"/></pattern>'
    "</defs>"
)


def bow_tie(*, filled: bool, crossed: bool = False) -> str:
    """A valve's symbol around the origin, lying along x."""
    tie = (
        f'<path d="M-2 -1.2V1.2L2 -1.2V1.2Z" fill="{"#333" if filled else "#fff"}" '
        f'stroke="#333" stroke-width=".4" stroke-linejoin="round"/>'
    )
    if crossed:
        tie += (
            '<path d="M-2.2 -2.2L2.2 2.2M-2.2 2.2L2.2 -2.2" stroke="#fff" stroke-width="1.3"/>'
            '<path d="M-2.2 -2.2L2.2 2.2M-2.2 2.2L2.2 -2.2" stroke="#000" stroke-width=".6"/>'
        )
    return tie


def hydrant_square() -> str:
    """A hydrant's symbol around the origin."""
    return (
        '<rect x="-1.5" y="-1.5" width="3" height="3" rx=".5" fill="#fff" stroke="#000" '
        'stroke-width=".35"/><path d="M-.6 -.8V.8M.6 -.8V.8M-.6 0H.6" stroke="#000" '
        'stroke-width=".3"/>'
    )


def burst_star() -> str:
    """The burst's symbol around the origin."""
    return f'<path d="{BURST_STAR}" fill="#000" stroke="#fff" stroke-width=".7"/>' + (
        f'<path d="{BURST_STAR}" fill="#000"/>'
        '<path d="M0 -1.3C.8 -.3 .9 0 .9 .4A.9 .9 0 0 1-.9 .4C-.9 0-.8 -.3 0 -1.3Z" fill="#fff"/>'
    )


def user_diamond(letter: str, *, is_key: bool) -> str:
    """A key user's filled diamond, or the smaller, dashed one of a large or special user."""
    fill, ink = ("#000", "#fff") if is_key else ("#fff", "#000")
    half, dash = (3.3, "") if is_key else (2.6, ' stroke-dasharray=".8 .5"')
    return (
        f'<path d="M0 -{half}L{half} 0L0 {half}L-{half} 0Z" fill="{fill}" stroke="#000" '
        f'stroke-width=".45"{dash}/><text y="1" text-anchor="middle" '
        f'font-size="{half * 0.85:.1f}" font-weight="700" fill="{ink}">{escape(letter)}</text>'
    )


def disc(number: str, *, filled: bool = True) -> str:
    """A numbered disc around the origin."""
    fill, ink = ("#000", "#fff") if filled else ("#fff", "#000")
    return (
        f'<circle r="{DISC_MM}" fill="{fill}" stroke="#fff" stroke-width=".6"/>'
        f'<circle r="{DISC_MM}" fill="{fill}" stroke="#000" stroke-width=".35"/>'
        f'<text y="1.35" text-anchor="middle" font-size="3.8" font-weight="700" '
        f'fill="{ink}">{escape(number)}</text>'
    )


def symbol(mark: Mark, turned: float, character: Callable[[str], str]) -> str:
    """The symbol of a mark around the origin, turned by degrees where it is a valve."""
    if mark.role == "burst":
        return burst_star()
    if mark.role == "hydrant_dry":
        return hydrant_square()
    if mark.role == "source_to_shut":
        return (
            '<path d="M0 -3L2.6 -1.5V1.5L0 3L-2.6 1.5V-1.5Z" fill="#fff" stroke="#000" '
            'stroke-width=".5"/><path d="M0 -1.4C.8 -.3 .9 0 .9 .5A.9 .9 0 0 1-.9 .5'
            'C-.9 0-.8 -.3 0 -1.4Z"/>'
        )
    if mark.role in {"key_user", "special_user"}:
        return user_diamond(
            character(str(mark.facts.get("symbol", ""))), is_key=mark.role == "key_user"
        )
    tie = bow_tie(filled=mark.role == "valve_closed", crossed=mark.role == "valve_inoperable")
    return f'<g transform="rotate({turned:g})">{tie}</g>'
