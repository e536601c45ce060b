"""The public pages and files: no login, nothing personal, nothing of the network."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.public.checking import PlaceAnswer, check_place
from layers.public.reading import PublicOutage, PublicState, read_state
from layers.public.spoken import announcement
from layers.public.store import POINTER, public_folder, read_file, read_tile
from layers.rate_limits import is_too_often
from layers.views.requests import MVT, body_response
from network.words import is_chinese, local

JSON = "application/json"
# Questions of one household per minute; a person types a handful.
CHECKS_PER_MINUTE = 30
PAGE_CACHE = "private, no-cache"
POINTER_CACHE = "public, max-age=15"
# Where the map begins before any town was published: longitude, latitude.
DEFAULT_CENTRE: tuple[float, float] = (110.05, 22.93)
IMMUTABLE = "public, max-age=31536000, immutable"


@require_safe
@login_not_required
def outage_map(request: HttpRequest) -> HttpResponse:
    """Question, answer, map and list in one page; `q` is what somebody typed."""
    state = read_state()
    typed = request.GET.get("q", "").strip()[:60]
    context = _frame(request, state) | {"typed": typed}
    if typed:
        if is_too_often(request, what="check", limit=CHECKS_PER_MINUTE, within_s=60):
            context["too_often"] = True
            return _page(request, "layers/public_map.html", context, status=429)
        context["answers"] = answers = check_place(typed, state)
        if answers:
            context["best"] = answers[0]
            context["place"] = _place(answers[0])
    return _page(request, "layers/public_map.html", context)


@require_safe
@login_not_required
def outage_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One outage with everything that is said of it."""
    state = read_state()
    outage = state.find(code)
    if outage is None:
        raise Http404
    context = _frame(request, state, only=outage) | {"outage": outage}
    return _page(request, "layers/public_outage.html", context)


@require_safe
@login_not_required
def pointer(request: HttpRequest) -> HttpResponse:
    """The pointer to the newest files."""
    try:
        body = (public_folder() / POINTER).read_bytes()
    except FileNotFoundError:
        return JsonResponse({"error": "nothing was published yet"}, status=503)
    return body_response(request, body, content_type=JSON, cache=POINTER_CACHE)


@require_safe
@login_not_required
def spoken(request: HttpRequest) -> HttpResponse:
    """What a telephone system reads to callers, in both languages."""
    document = announcement(at=timezone.now())
    answer = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = POINTER_CACHE
    return answer


@require_safe
@login_not_required
def data_file(request: HttpRequest, name: str) -> HttpResponse:
    """An immutable file of the public side."""
    try:
        body = read_file(name)
    except FileNotFoundError as error:
        raise Http404 from error
    return body_response(
        request, body, content_type=JSON, version=name.removesuffix(".json"), cache=IMMUTABLE
    )


@require_safe
@login_not_required
def tile_file(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """A piece of the town behind the areas; empty where there is nothing to draw."""
    try:
        body = read_tile(name, z, x, y)
    except FileNotFoundError as error:
        raise Http404 from error
    return body_response(request, body, content_type=MVT, version=name, cache=IMMUTABLE)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = PAGE_CACHE
    return response


def _frame(
    request: HttpRequest, state: PublicState, *, only: PublicOutage | None = None
) -> dict[str, Any]:
    """What all public pages need: the state, its age, the map's data and addresses."""
    now = timezone.now()
    shown = [only] if only else list(state.outages)
    lon, lat = state.centre or DEFAULT_CENTRE
    return {
        "state": state,
        "now": now,
        "is_stale": state.is_stale(now),
        "off": state.of_status("off"),
        "returning": state.of_status("returning"),
        "planned": state.of_status("planned"),
        "restored": state.of_status("restored"),
        "areas": _areas(shown),
        "now_count": len(state.of_status("off", "returning")),
        "snapshot": state.snapshot,
        "minimum": settings.PUBLIC_MINIMUM_COUNT,
        "centre_lon": lon,
        "centre_lat": lat,
        "tiles": tile_address(state.tiles),
        "deepest_tile": state.deepest_tile,
        "report_url": reverse("public:report"),
        "hotline": settings.HOTLINE,
        "is_chinese": is_chinese(),
    }


def tile_address(tiles: str) -> str:
    """Where a published set of tiles is fetched; empty where none was published."""
    if not tiles:
        return ""
    address = reverse("public:tile", args=[tiles, 0, 0, 0])
    return address.replace("0/0/0.mvt", "{z}/{x}/{y}.mvt")


def _place(answer: PlaceAnswer) -> dict[str, Any]:
    """The place asked for, for the pin, with the area that concerns it."""
    return {
        "name": local(answer.name, answer.name_en),
        "lon": answer.lon,
        "lat": answer.lat,
        "area": answer.outage.area if answer.outage else None,
    }


def _areas(outages: list[PublicOutage]) -> dict[str, Any]:
    """The areas for the map, each with the label that stands on it; what is over is not drawn."""
    return {
        "type": "FeatureCollection",
        "features": [_area(outage) for outage in outages if outage.status != "restored"],
    }


def _area(outage: PublicOutage) -> dict[str, Any]:
    spot = outage.shape.representative_point()
    properties = {
        "kind": "area",
        "state": outage.status,
        "id": outage.code,
        "label": map_label(outage),
        "label_at": [round(spot.x, 5), round(spot.y, 5)],
    }
    return {"type": "Feature", "geometry": outage.area, "properties": properties}


def map_label(outage: PublicOutage) -> str:
    """The pill on the map: when water is back, or the day of planned works."""
    if outage.status == "planned" and outage.starts_at:
        return f"{timezone.localtime(outage.starts_at):%m-%d}"
    if outage.status == "off" and outage.eta:
        return f"{timezone.localtime(outage.eta):%H:%M}"
    return ""
