"""Vector tiles: the network for staff, the town alone for everybody."""

from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.bounded_reads import bounded_read
from layers.tiles import Tile, data_version, render_tile
from layers.views.requests import (
    MVT,
    answers_map_errors,
    body_response,
    has_version,
    not_modified,
)

# A valve turned now must show at the next look: staff ask each time and mostly hear "unchanged".
STAFF_CACHE = "private, no-cache"
PUBLIC_CACHE = "public, max-age=86400"


@require_safe
@permission_required("network.view_network", raise_exception=True)
@answers_map_errors
def staff_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Background and network in one tile."""
    return _tile_response(request, Tile(z, x, y), network=True, cache=STAFF_CACHE)


@require_safe
@login_not_required
@answers_map_errors
def public_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """The background alone: no pipe and no valve is ever in it."""
    return _tile_response(request, Tile(z, x, y), network=False, cache=PUBLIC_CACHE)


def _tile_response(request: HttpRequest, tile: Tile, *, network: bool, cache: str) -> HttpResponse:
    if not tile.is_served:
        raise Http404
    with bounded_read():
        version = data_version()
        if has_version(request, version):
            return not_modified(version, cache=cache)
        body = render_tile(tile, network=network)
    return body_response(request, body, content_type=MVT, version=version, cache=cache)
