"""The map screen around a panel, and how a panel answers: a block for htmx, a page otherwise."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from network.models import ValveCondition
from network.selectors import current_revision
from outages import selectors
from outages.selectors.rules import policy
from outages.views.control.cases import Case, case_of, grouped
from outages.views.control.panels import Panel

View = Callable[..., HttpResponseBase]


def may(*permissions: str) -> Callable[[View], View]:
    """Let in who has all of these permissions; others who are signed in get 403."""

    def decorate(view: View) -> View:
        guarded = permission_required(permissions, raise_exception=True)(view)

        @wraps(guarded)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer: HttpResponseBase = guarded(request, *args, **kwargs)
            return answer

        wrapped.permissions = permissions  # type: ignore[attr-defined]
        return wrapped

    return decorate


def may_any(*permissions: str) -> Callable[[View], View]:
    """Let in who has one of these permissions; others who are signed in get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapped.permissions = permissions  # type: ignore[attr-defined]
        return wrapped

    return decorate


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a block; going back in the browser's history asks for the page."""
    asked = getattr(request, "htmx", None)
    return bool(asked) and not getattr(asked, "history_restore_request", False)


def open_cases() -> list[Case]:
    """Return all open cases, worded. The board's queries."""
    at = timezone.now()
    large_from = policy.number("big_outage_persons", at=at)
    return [case_of(row, at=at, large_from=large_from) for row in selectors.open_board(at=at)]


def rail_context(request: HttpRequest, current: str) -> dict[str, Any]:
    """Return what the rail of open cases needs; `current` is the key of the case shown."""
    by_persons = request.GET.get("sort") == "persons"
    cases = open_cases()
    return {
        "groups": grouped(cases, by_persons=by_persons),
        "case_count": len(cases),
        "current": current,
        "by_persons": by_persons,
    }


def screen_context(request: HttpRequest, panel: Panel | None, **more: Any) -> dict[str, Any]:
    """Return everything of the map screen: rail, map, panel, state of the network."""
    revision = current_revision()
    extent = revision.extent if revision else None
    centre = extent.centroid if extent else None
    last = ValveCondition.objects.order_by("-changed_at").values_list("changed_at", flat=True)
    return {
        "panel": panel,
        "centre": centre,
        "revision": revision,
        "valves_at": last.first(),
        "as_list": request.GET.get("view") == "list",
        **rail_context(request, panel.key if panel else ""),
        **more,
    }


def show_screen(
    request: HttpRequest, panel: Panel | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with the whole screen, or with its panel alone for htmx."""
    if is_htmx(request):
        response = render(
            request, "outages/control/_panel.html", {"panel": panel, **more}, status=status
        )
    else:
        context = screen_context(request, panel, **more)
        response = render(request, "outages/control/map.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def show_done(request: HttpRequest, panel: Panel, message: str, **more: Any) -> HttpResponse:
    """Answer a write that went through: the fresh panel, its address and a short message."""
    if not is_htmx(request):
        messages.success(request, message)
        return redirect(panel.url)
    response = show_screen(request, panel, **more)
    response["HX-Push-Url"] = panel.url
    response["HX-Trigger-After-Settle"] = json.dumps(
        {"cases-changed": {}, "say": {"text": message}}
    )
    return response
