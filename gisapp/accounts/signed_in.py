"""Who is not signed in is led to the door; a script that asks for a piece of a page is told so."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext


class SignedInMiddleware(LoginRequiredMiddleware):
    """Answers scripts 401.

    Led to the door like everybody else, they would put the sign-in page where a list was.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Lead to the sign-in page, or say to a script that nobody is signed in."""
        if not _is_script(request):
            answer: HttpResponseBase = super().handle_no_permission(request, view_func)
            return answer
        told = {"error": gettext("You are signed out. Sign in again.")}
        return JsonResponse(told, status=401, headers={"Cache-Control": "no-store"})


def _is_script(request: HttpRequest) -> bool:
    """Whether a block or data are asked for, and no page."""
    accepted = request.headers.get("Accept", "")
    return "HX-Request" in request.headers or ("json" in accepted and "text/html" not in accepted)
