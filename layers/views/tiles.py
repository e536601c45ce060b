"""Vector tiles of the staff map: the town and the network in one."""

from django.contrib.auth.decorators import permission_required
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


@require_safe
@permission_required("network.view_network", raise_exception=True)
@answers_map_errors
def staff_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Background and network in one tile."""
    tile = Tile(z, x, y)
    if not tile.is_served:
        raise Http404
    with bounded_read():
        version = data_version()
        if has_version(request, version):
            return not_modified(version, cache=STAFF_CACHE)
        body = render_tile(tile, network=True)
    return body_response(request, body, content_type=MVT, version=version, cache=STAFF_CACHE)
