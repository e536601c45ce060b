"""Cells of a report's table as text, and the style that a PDF's drawings carry."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Final

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe

from outages.views.exports.tables import Cell, Table, local_moment

register = template.Library()

DRAWINGS: Final = Path(__file__).parents[1] / "static" / "outages" / "css" / "paper_drawings.css"


@register.filter
def headings(of: Table) -> list[tuple[str, bool]]:
    """Return the headings, each with whether its column holds numbers."""
    return list(zip(of.head, of.numeric, strict=True))


@register.filter
def cells(of: Table) -> list[list[tuple[str, bool]]]:
    """Return the rows as texts, each with whether its column holds numbers."""
    return [
        [(cell_text(cell), is_number) for cell, is_number in zip(row, of.numeric, strict=True)]
        for row in of.rows
    ]


def cell_text(cell: Cell) -> str:
    """Print a cell: — for what is not known, two decimals where there are any."""
    match cell:
        case None:
            return "—"
        case datetime():
            return f"{local_moment(cell):%Y-%m-%d %H:%M}"
        case date():
            return f"{cell:%Y-%m-%d}"
        case float():
            # Rounded first, half up as on the page: Django's formatting cuts figures off.
            shown = Decimal(repr(cell)).quantize(Decimal("0.01"), ROUND_HALF_UP)
            return number_format(shown, 0 if cell.is_integer() else 2, force_grouping=True)
        case int():
            return number_format(cell, force_grouping=True)
        case _:
            return cell


@register.filter
def linked_cells(of: Table) -> list[tuple[list[tuple[str, bool]], str]]:
    """Return the rows as texts, each with where it leads; empty for nowhere."""
    links = of.links or ("",) * len(of.rows)
    return list(zip(cells(of), links, strict=True))


@register.simple_tag
@cache
def drawing_style() -> SafeString:
    """Return the style of drawings on paper, for within an SVG of a PDF."""
    return mark_safe(f"<style>{DRAWINGS.read_text(encoding='utf-8')}</style>")  # noqa: S308 - ours
