"""Pages that belong to no app: where to begin, signing in, switches, errors, the gallery."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import translation
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from gisapp.accounts.models import Language, User
from gisapp.gallery import gallery_samples, map_samples, phone_samples, public_samples
from gisapp.navigation import home_of

YEAR_S = 365 * 24 * 60 * 60


def _staff(request: HttpRequest) -> User | AnonymousUser:
    """Return who signed in, as our own user model; nobody where there is no signing in."""
    return getattr(request, "user", AnonymousUser())


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to where the user's work begins; say so when no role opens anything."""
    target = home_of(_staff(request))
    return redirect(target) if target else render(request, "home.html")


@require_POST
@login_not_required
def switch_language(request: HttpRequest) -> HttpResponse:
    """Switch the interface language, keep it in a cookie and with the account, and go back."""
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(_way_back(request))
    if code in Language.values:
        _keep_language(response, code)
        user = _staff(request)
        if isinstance(user, User):
            User.objects.filter(pk=user.pk).update(language=code)
    return response


@require_POST
@login_not_required
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Pin the light or the dark theme, or follow the system again, and go back."""
    response = HttpResponseRedirect(_way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=YEAR_S, samesite="Lax", secure=settings.HTTPS)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _keep_language(response: HttpResponseBase, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=YEAR_S,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


def _way_back(request: HttpRequest) -> str:
    """Return the page that the switch stood on, if it is one of ours."""
    target = request.POST.get("next") or request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(target)
    # A path that begins with two slashes would name another host.
    path = escape_leading_slashes(parts.path) or "/"
    return f"{path}?{parts.query}" if parts.query else path


class SignIn(LoginView):
    """Sign in, and take up the language that the account was last used in."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in and set the language cookie."""
        response = super().form_valid(form)
        user = form.get_user()
        if isinstance(user, User) and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            _keep_language(response, user.language)
        return response


def locked_out(request: HttpRequest, _credentials: Any, *_args: Any) -> HttpResponse:
    """Answer a sign-in that was tried too often (called by django-axes)."""
    return render(request, "registration/locked_out.html", status=429)


@login_not_required
@require_safe
def to_public_side(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Lead from this process to the one that serves the public, whatever page was wanted."""
    target = urlsplit(f"{settings.PUBLIC_URL}{request.get_full_path()}")
    if target.netloc == request.get_host():
        # PUBLIC_URL names this process: without the public one there is no such page.
        raise Http404
    return redirect(target.geturl())


@login_not_required
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send browsers that ask for the old name to the drawing."""
    return redirect(static("gisapp/icons/favicon.svg"))


# -- Errors ------------------------------------------------------------------------------------


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request made no sense."""
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this role may not do that."""
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return render(request, "404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that it failed, without touching anything that may be what failed."""
    with translation.override(translation.get_language_from_request(request)):
        return render(request, "500.html", status=500)


# -- The gallery: every component with its states, for those who build screens ----------------


def _gallery_only_for_builders(request: HttpRequest) -> None:
    if not (settings.DEBUG or _staff(request).is_superuser):
        raise PermissionDenied


@never_cache
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    _gallery_only_for_builders(request)
    return render(request, "gallery/components.html", gallery_samples())


@never_cache
@require_safe
def gallery_map(request: HttpRequest) -> HttpResponse:
    """Show the dispatcher's frame with a sample plan."""
    _gallery_only_for_builders(request)
    return render(request, "gallery/map.html", map_samples())


@never_cache
@require_safe
def gallery_public(request: HttpRequest) -> HttpResponse:
    """Show the public frame with sample areas."""
    _gallery_only_for_builders(request)
    return render(request, "gallery/public.html", public_samples())


@never_cache
@require_safe
def gallery_phone(request: HttpRequest) -> HttpResponse:
    """Show the crew's frame with a sample step."""
    _gallery_only_for_builders(request)
    return render(request, "gallery/phone.html", phone_samples())
