"""A plan on paper: an A4 page for the browser's printer, and the same as PDF."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from layers.geojson import user_character
from layers.plan_drawing import draw_plan
from layers.plan_facts import PlanFacts, plan_facts
from layers.plan_picture import Mark, revision_of
from layers.plan_symbols import bow_tie, burst_star, disc, hydrant_square, user_diamond
from network.words import page_language
from outages.models import IsolationPlan
from outages.views.exports.pdf import pdf_of

_HERE: Final = Path(__file__).parent
# What the page links, the PDF is given: in the same order.
STYLES: Final = (
    _HERE.parent / "outages" / "static" / "outages" / "css" / "a4.css",
    _HERE / "static" / "layers" / "css" / "plan_sheet.css",
)
# A longer table takes a page of its own, then one map for each ten valves.
VALVES_PER_MAP: Final = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. `maps` are drawings made here, safe to put into a page as they are."""

    facts: PlanFacts
    maps: tuple[SafeString, ...]
    legend: tuple[tuple[SafeString, str], ...]
    code_drawing: SafeString
    latest_url: str
    table_first: bool
    lang: str


def plan_sheet(plan: IsolationPlan, *, at: datetime, latest_url: str) -> Sheet:
    """Put a plan on paper, in the active language. `latest_url` goes into the printed code."""
    facts = plan_facts(plan, at=at)
    revision = revision_of(plan)
    return Sheet(
        facts=facts,
        maps=_maps(facts, revision.pk if revision else None),
        legend=tuple(_legend(facts)),
        code_drawing=_code(latest_url),
        latest_url=latest_url,
        table_first=len(facts.closing) > VALVES_PER_MAP,
        lang=page_language(),
    )


def plan_drawings(plan: IsolationPlan, *, at: datetime) -> tuple[SafeString, ...]:
    """The maps of a plan's sheet alone: SVG, each of ten valves at most."""
    revision = revision_of(plan)
    return _maps(plan_facts(plan, at=at), revision.pk if revision else None)


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF. Raises PdfNotAvailable where Pango is not installed."""
    text = render_to_string("layers/plan_sheet.html", {"sheet": sheet, "for_pdf": True})
    return pdf_of(text, STYLES)


def _maps(facts: PlanFacts, revision_id: int | None) -> tuple[SafeString, ...]:
    drawings = [
        draw_plan(
            _with_numbers(facts, first),
            revision_id=revision_id,
            label=gettext("Map of the plan"),
            metre=gettext("m"),
            character=user_character,
        )
        for first in range(0, max(len(facts.closing), 1), VALVES_PER_MAP)
    ]
    # Built by plan_drawing, which escapes every text that it is given.
    return tuple(mark_safe(drawing) for drawing in drawings if drawing)  # noqa: S308


def _with_numbers(facts: PlanFacts, first: int) -> list[Mark]:
    """All marks, but of the numbered valves only ten."""
    shown = {step.valve for step in facts.closing[first : first + VALVES_PER_MAP]}
    return [mark for mark in facts.marks if mark.role != "valve_close" or mark.asset_id in shown]


def _sample(body: str, *, wide: bool = False) -> SafeString:
    width = 8 if wide else 6.4
    view = f"{-width / 2} -3.2 {width} 6.4"
    text = (
        f'<svg class="legend-sample" viewBox="{view}" width="{width * 0.75:g}mm" height="4.8mm" '
        f'aria-hidden="true">{body}</svg>'
    )
    return mark_safe(text)  # noqa: S308 - constants only


def _legend(facts: PlanFacts) -> list[tuple[SafeString, str]]:
    """Samples of what is on this map, no others."""
    roles = {mark.role for mark in facts.marks}
    zone = (
        '<rect x="-3.6" y="-2" width="7.2" height="4" fill="#000" fill-opacity=".07" '
        'stroke="#333" stroke-width=".4"/><path d="M-2.8 0H2.8" stroke="#000"/>'
    )
    unintended = (
        '<path d="M-3 2L-1 -2M-1 2L1 -2M1 2L3 -2" stroke="#555" stroke-width=".3"/>'
        '<rect x="-3.6" y="-2" width="7.2" height="4" fill="none" stroke="#000" '
        'stroke-width=".45" stroke-dasharray="1.6 1"/>'
    )
    entries = [
        ("zone", _sample(zone, wide=True), pgettext("area", "Without water")),
        ("unintended", _sample(unintended, wide=True), gettext("Also without water")),
        ("valve_close", _sample(disc("1")), gettext("To close, in order")),
        ("valve_feed", _sample(disc("1", filled=False)), gettext("To open, to feed")),
        ("outlet_shutdown", _sample(disc("1", filled=False)), gettext("To see that it is dry")),
        (
            "valve_inoperable",
            _sample(bow_tie(filled=False, crossed=True)),
            gettext("Cannot be turned"),
        ),
        ("valve_not_needed", _sample(bow_tie(filled=False)), gettext("Stays open")),
        ("valve_closed", _sample(bow_tie(filled=True)), gettext("Closed already")),
        ("hydrant_dry", _sample(hydrant_square()), gettext("Hydrant without water")),
        ("key_user", _sample(user_diamond("", is_key=True)), gettext("Key user")),
        (
            "special_user",
            _sample(user_diamond("", is_key=False)),
            gettext("Large or special user"),
        ),
        ("burst", _sample(f'<g transform="scale(.8)">{burst_star()}</g>'), gettext("Burst")),
    ]
    return [(sample, text) for role, sample, text in entries if role in roles]


def _code(url: str) -> SafeString:
    """The address as a QR drawing."""
    buffer = BytesIO()
    segno.make(url, error="m").save(
        buffer, kind="svg", xmldecl=False, svgns=True, border=1, unit="mm", scale=0.6
    )
    return mark_safe(buffer.getvalue().decode())  # noqa: S308 - drawn by segno from the address
