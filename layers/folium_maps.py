"""The plan as one HTML file that opens from a phone's storage without any connection.

The only module that draws with folium. Leaflet comes from django-leaflet's own files and goes into
the document, images as data; nothing is requested from anywhere. Two rules keep what people typed
from becoming markup or script:

RULE 1  folium and branca treat the strings they are given as templates: text goes in through
        `Raw`, which only prints it, and was escaped by Django's template engine before.
RULE 2  What goes into a marker is a number or a text escaped here; nothing is put into popups
        or tooltips, whose contents folium writes unescaped.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import folium
import shapely
from branca.element import Element
from django.contrib.gis.geos import GEOSGeometry
from django.template.loader import render_to_string
from jinja2 import Template
from shapely.geometry.base import BaseGeometry

from layers.choices import BackgroundKind
from layers.geojson import user_character
from layers.local_metres import LocalMetres
from layers.models import BackgroundFeature
from layers.plan_facts import plan_facts
from layers.plan_picture import Mark, marks_by_role, revision_of
from network.models import Pipe
from network.words import is_chinese, page_language
from outages.models import IsolationPlan

OWN_STYLES: Final = Path(__file__).parent / "static" / "layers" / "css" / "offline_plan.css"
NEIGHBOURHOOD_M: Final = 350.0
FEATURE_LIMIT: Final = 1500
DECIMALS: Final = 6
# Street widths in metres up to which a line of so many pixels stands for them.
STREET_PIXELS: Final = ((8, 5), (16, 8), (30, 12), (1000, 16))
# The board's light tokens: the document has no theme of its own, it is read in daylight.
FILLS: Final = {
    BackgroundKind.BLOCK: "#F6F7F9",
    BackgroundKind.PARK: "#E3ECE0",
    BackgroundKind.WATER: "#D9E6F0",
    BackgroundKind.BUILDING: "#E3E7EC",
}


# The zone and what is dry outside it: while it lasts, and as history.
LIVE: Final = ("#B0122B", "#5A1FA8")
PAST: Final = ("#5F6C7D", "#5F6C7D")


# The file cannot ask whether the plan still holds: it says how old it is, and goes on saying it.
AGE_SCRIPT: Final = """
(() => {
  const line = document.getElementById("plan-age");
  const {saved, at} = line.dataset;
  const show = () => {
    const passed = Math.max(0, Math.floor((Date.now() - Date.parse(saved)) / 60000));
    const hours = Math.floor(passed / 60);
    const text = line.dataset[hours ? "hours" : passed ? "minutes" : "now"];
    line.textContent = text.replace("{at}", at).replace("{hours}", hours)
      .replace("{minutes}", passed % 60);
    line.classList.toggle("is-old", passed >= 30);
  };
  show();
  setInterval(show, 15000);
})();
"""


class Raw(Element):
    """Text that is printed as it stands and never read as a template (RULE 1)."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class PlanMap(folium.Map):
    """A folium map that asks for nothing."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


def offline_plan(plan: IsolationPlan, *, at: datetime) -> str:
    """The document of a plan saved at `at`, in the active language. A few hundred kilobytes."""
    facts = plan_facts(plan, at=at)
    extent = _extent(facts.marks)
    middle = extent.centroid if extent else shapely.Point(0, 0)
    plan_map = PlanMap(
        location=[middle.y, middle.x],
        tiles=None,
        zoom_start=17,
        max_zoom=20,
        height="100%",
        prefer_canvas=True,
        attributionControl=False,
    )
    if extent is not None:
        _draw_background(plan_map, extent)
        revision = revision_of(plan)
        if revision is not None:
            _draw_pipes(plan_map, extent, revision.pk)
        _draw_plan(plan_map, facts.marks, colours=PAST if facts.is_over else LIVE)
        west, south, east, north = extent.bounds
        plan_map.fit_bounds([[south, west], [north, east]], padding=(24, 24), max_zoom=18)
    return _document(plan_map, {"facts": facts, "lang": page_language()})


def _document(plan_map: PlanMap, context: dict[str, Any]) -> str:
    """The page around the map: title, warning and steps, with everything it needs inside."""
    head = render_to_string("layers/offline_plan_head.html", context)
    body = render_to_string("layers/offline_plan_body.html", context)
    before_map, after_map = body.split("<!-- map -->")
    figure: Any = plan_map.get_root()
    plan_map.render()
    # After rendering, which is when folium puts the map's own script into the figure.
    figure.script.add_child(Raw(_map_script(plan_map.get_name())))
    figure.script.add_child(Raw(AGE_SCRIPT))
    map_html = "".join(child.render() for child in figure.html._children.values())
    head_children = "".join(child.render() for child in figure.header._children.values())
    script = "".join(child.render() for child in figure.script._children.values())
    return (
        f'<!doctype html>\n<html lang="{context["lang"]}">\n<head>\n<meta charset="utf-8">\n'
        f"{head}<style>{_leaflet_styles()}</style><style>{OWN_STYLES.read_text('utf-8')}</style>"
        f"<script>{_leaflet_script()}</script>{head_children}</head>\n<body>\n"
        f"{before_map}{map_html}{after_map}\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _map_script(name: str) -> str:
    """A metric scale, and valve codes only where there is room for them."""
    return (
        f"L.control.scale({{imperial: false}}).addTo({name});"
        f"const near = () => {name}.getContainer().classList"
        f".toggle('near', {name}.getZoom() >= 18);{name}.on('zoomend', near); near();"
    )


def _leaflet_folder() -> Path:
    spec = find_spec("leaflet")
    if spec is None or spec.origin is None:
        msg = "django-leaflet is not installed"
        raise RuntimeError(msg)
    return Path(spec.origin).parent / "static" / "leaflet"


def _data_uri(file: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"


@cache
def _leaflet_styles() -> str:
    """Leaflet's style sheet with its images inside."""
    folder = _leaflet_folder()
    text = (folder / "leaflet.css").read_text("utf-8")
    return re.sub(
        r"url\(\"?(images/[\w.-]+)\"?\)",
        lambda match: f"url({_data_uri(folder / match.group(1))})",
        text,
    )


@cache
def _leaflet_script() -> str:
    """Leaflet, and its default marker's images as data: folium makes one before each own icon."""
    folder = _leaflet_folder()
    text = (folder / "leaflet.js").read_text("utf-8")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    icon = _data_uri(folder / "images" / "marker-icon.png")
    shadow = _data_uri(folder / "images" / "marker-shadow.png")
    defaults = (
        'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({'
        f'iconUrl:"{icon}",iconRetinaUrl:"{icon}",shadowUrl:"{shadow}"}});'
    )
    return f"{text};{defaults}"


def _extent(marks: Sequence[Mark]) -> BaseGeometry | None:
    """The rectangle of the plan itself, sources left out: they may be far away."""
    shapes = [_shape(mark.geom) for mark in marks if mark.role != "source_to_shut"]
    if not shapes:
        return None
    return shapely.envelope(shapely.union_all([shapely.envelope(shape) for shape in shapes]))


def _shape(geom: GEOSGeometry | BaseGeometry) -> BaseGeometry:
    return shapely.from_wkb(bytes(geom.wkb))


def _neighbourhood(extent: BaseGeometry) -> GEOSGeometry:
    plane = LocalMetres.around(extent)
    grown = plane.to_metres(extent).buffer(NEIGHBOURHOOD_M, join_style="mitre")
    return GEOSGeometry(memoryview(shapely.to_wkb(plane.to_degrees(grown).envelope)), srid=4326)


def _geojson(shapes: Iterable[BaseGeometry]) -> dict[str, Any]:
    """One geometry for many shapes: a style each would weigh more than the shapes."""
    parts = [shapely.geometry.mapping(shape) for shape in shapes if not shape.is_empty]
    rounded = [{"type": part["type"], "coordinates": _rounded(part)} for part in parts]
    return {"type": "GeometryCollection", "geometries": rounded}


def _rounded(part: Any) -> Any:
    def each(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, DECIMALS)
        return [each(inner) for inner in value]

    return each(part["coordinates"])


def _add(plan_map: PlanMap, shapes: Sequence[BaseGeometry], **style: Any) -> None:
    if shapes:
        data = _geojson(shapes)
        folium.GeoJson(
            {"type": "Feature", "properties": {}, "geometry": data},
            style_function=lambda _feature: style,
            interactive=False,
        ).add_to(plan_map)


def _draw_background(plan_map: PlanMap, extent: BaseGeometry) -> None:
    area = _neighbourhood(extent)
    clip = _shape(area)
    rows = BackgroundFeature.objects.filter(
        kind__in=[*FILLS, BackgroundKind.STREET], geom__intersects=area
    ).order_by("pk")[:FEATURE_LIMIT]
    by_kind: dict[str, list[BackgroundFeature]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, fill in FILLS.items():
        shapes = [_shape(row.geom).intersection(clip) for row in by_kind.get(kind, [])]
        _add(plan_map, shapes, stroke=False, fillColor=fill, fillOpacity=1)
    streets = by_kind.get(BackgroundKind.STREET, [])
    _draw_streets(plan_map, streets, clip)
    _name_streets(plan_map, streets, clip)


def _draw_streets(
    plan_map: PlanMap, streets: Sequence[BackgroundFeature], clip: BaseGeometry
) -> None:
    groups: dict[int, list[BaseGeometry]] = {}
    for row in streets:
        pixels = next(px for metres, px in STREET_PIXELS if (row.width_m or 6) <= metres)
        groups.setdefault(pixels, []).append(_shape(row.geom).intersection(clip))
    for extra, colour in ((2, "#DDE2E8"), (0, "#FFFFFF")):
        for pixels, shapes in sorted(groups.items()):
            _add(plan_map, shapes, color=colour, weight=pixels + extra, fill=False)


def _name_streets(
    plan_map: PlanMap, streets: Sequence[BackgroundFeature], clip: BaseGeometry
) -> None:
    longest: dict[str, BaseGeometry] = {}
    english = not is_chinese()
    for row in streets:
        name = (row.name_en if english else "") or row.name
        for part in shapely.get_parts(_shape(row.geom).intersection(clip)):
            if name and part.length > longest.get(name, shapely.Point()).length:
                longest[name] = part
    for name, line in longest.items():
        spot = line.interpolate(0.3, normalized=True)
        _mark(plan_map, spot, f'<span class="street">{escape(name)}</span>')


def _draw_pipes(plan_map: PlanMap, extent: BaseGeometry, revision_id: int) -> None:
    area = _neighbourhood(extent)
    rows = Pipe.objects.filter(revision=revision_id, geom__intersects=area).exclude(role="service")
    trunk: list[BaseGeometry] = []
    mains: list[BaseGeometry] = []
    for row in rows[:FEATURE_LIMIT]:
        wide = row.role == "trunk" or (row.diameter_mm or 0) >= 400
        (trunk if wide else mains).append(_shape(row.geom))
    _add(plan_map, mains, color="#6C8AA6", weight=2.2, fill=False)
    _add(plan_map, trunk, color="#33617F", weight=4.5, fill=False)


def _draw_plan(plan_map: PlanMap, marks: Sequence[Mark], *, colours: tuple[str, str]) -> None:
    def shapes(role: str) -> list[BaseGeometry]:
        return [_shape(mark.geom) for mark in marks_by_role(marks, role)]

    inside, outside = colours
    zone = {"color": inside, "weight": 1.5, "fillColor": inside, "fillOpacity": 0.1}
    _add(plan_map, shapes("zone"), **zone)
    apart = {"color": outside, "weight": 1.5, "fillColor": outside, "fillOpacity": 0.12}
    _add(plan_map, shapes("unintended"), **apart, dashArray="6 4")
    for role, colour, dash in (("zone_pipe", inside, ""), ("unintended_pipe", outside, "7 5")):
        _add(plan_map, shapes(role), color="#FFFFFF", weight=8, fill=False)
        _add(plan_map, shapes(role), color=colour, weight=4, fill=False, dashArray=dash)
    for mark in marks:
        html = _marker_html(mark)
        if html:
            _mark(plan_map, _shape(mark.geom), html)


def _marker_html(mark: Mark) -> str:
    """The symbol of a point of the plan; every text in it is escaped (RULE 2)."""
    asset = escape(mark.asset_id)
    if mark.role in {"valve_close", "valve_open", "valve_feed"}:
        state = {"done": "done", "void": "void", "failed": "failed"}.get(mark.status, "todo")
        return f'<span class="disc {state}">{mark.sequence}</span><span class="tag">{asset}</span>'
    simple = {
        "valve_inoperable": ("stuck", "✕"),
        "valve_not_needed": ("stays", "⋈"),
        "valve_closed": ("stays", "⧓"),
        "hydrant_dry": ("hydrant", "H"),
        "burst": ("burst", "✸"),
        "source_to_shut": ("source", "⬢"),
    }
    if mark.role in {"key_user", "special_user"}:
        letter = escape(user_character(str(mark.facts.get("symbol", ""))))
        css = "user" if mark.role == "key_user" else "user special"
        return f'<span class="{css}"><b>{letter}</b></span>'
    if mark.role not in simple:
        return ""
    css, sign = simple[mark.role]
    shows_name = mark.role.startswith("valve")
    tag = f'<span class="tag">{asset}</span>' if shows_name else ""
    return f'<span class="{css}">{sign}</span>{tag}'


def _mark(plan_map: PlanMap, shape: BaseGeometry, html: str) -> None:
    spot = shape.centroid
    icon = folium.DivIcon(html=html, icon_size=(0, 0), class_name="mark")
    folium.Marker([spot.y, spot.x], icon=icon, keyboard=False, interactive=False).add_to(plan_map)
