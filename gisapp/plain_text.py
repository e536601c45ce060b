"""Text that no database can hold is refused at the door: NUL, and halves of characters.

Nobody types such a thing; programs send it that look for a weak place, or are broken. One place
says 400 for all pages, where each would fail in its own way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext

# What JSON may write such a character as; mostly there is none, and nothing is parsed twice.
_SUSPICIOUS_JSON: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_HALF: Final = re.compile("[\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether a database can hold the text."""
    return "\0" not in text and not _HALF.search(text)


class PlainTextMiddleware:
    """Refuses addresses, queries, forms and JSON with characters that cannot be stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_storable(request.path_info):
            raise Http404  # nothing is called so
        _require(request.GET.lists())
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Look at what was sent, where the view will read it as a form or as JSON.

        Doors of other systems answer in their own words: what one provider pulled together is not
        refused as a whole for half an emoji at one SMS's end.
        """
        if getattr(view, "csrf_exempt", False):
            return None
        if request.content_type == "application/json":
            return None if _is_storable_json(request) else _refused_json()
        _require(request.POST.lists())
        return None


def _require(fields: Iterable[tuple[str, list[str]]]) -> None:
    if not all(is_storable(text) for name, values in fields for text in (name, *values)):
        msg = "characters that cannot be stored"
        raise BadRequest(msg)


def _is_storable_json(request: HttpRequest) -> bool:
    try:
        if not _SUSPICIOUS_JSON.search(request.body):
            return True
        told = json.loads(request.body)
    except (SuspiciousOperation, UnreadablePostError, ValueError, RecursionError):
        return True  # too long, cut off or no JSON: the view says so in its own words
    return all(map(is_storable, _texts(told)))


def _texts(told: Any) -> Iterator[str]:
    """Yield every text of a JSON value, names included."""
    waiting = [told]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each


def _refused_json() -> JsonResponse:
    message = gettext("This holds characters that cannot be stored.")
    return JsonResponse({"error": {"code": "text_not_storable", "message": message}}, status=400)
