"""What every map endpoint does with a request: version, cache, compression, clear errors."""

import gzip
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers

from layers.bbox import BadRectangle
from layers.bounded_reads import ReadTooSlow
from layers.geojson import encode

MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"
# A few hundred bytes do not shrink.
COMPRESS_FROM_BYTES = 600

View = Callable[..., HttpResponse]


def answers_map_errors(view: View) -> View:
    """Turn a bad rectangle into 400 and a query stopped at its limit into 503, both with a text."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except BadRectangle as error:
            return JsonResponse({"error": str(error)}, status=400)
        except ReadTooSlow as error:
            return JsonResponse({"error": str(error)}, status=503, headers={"Retry-After": "2"})

    return wrapped


def has_version(request: HttpRequest, version: str) -> bool:
    """Whether the browser already holds this version."""
    held = request.headers.get("If-None-Match", "")
    return version in {tag.strip().removeprefix("W/").strip('"') for tag in held.split(",")}


def not_modified(version: str, *, cache: str) -> HttpResponse:
    response = HttpResponseNotModified()
    return _marked(response, version, cache)


def body_response(
    request: HttpRequest, body: bytes, *, content_type: str, version: str = "", cache: str
) -> HttpResponse:
    """Answer with bytes, compressed where the browser takes it."""
    response = HttpResponse(content_type=content_type)
    patch_vary_headers(response, ["Accept-Encoding"])
    if len(body) >= COMPRESS_FROM_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(body, compresslevel=5, mtime=0)
        response["Content-Encoding"] = "gzip"
    else:
        response.content = body
    return _marked(response, version, cache)


def geojson_response(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """Answer with GeoJSON for staff: never kept by a shared cache, asked for anew each time."""
    return body_response(request, encode(document), content_type=GEOJSON, cache="private, no-cache")


def _marked(response: HttpResponse, version: str, cache: str) -> HttpResponse:
    if version:
        # Weak: the compressed and the plain answer share it.
        response["ETag"] = f'W/"{version}"'
    response["Cache-Control"] = cache
    return response
