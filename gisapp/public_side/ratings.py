"""Rating the work: by the link of an SMS, and on the page of a report. Once each."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gisapp.public_side.forms import RatingForm
from gisapp.public_side.views import HOUR_S, is_token_of
from layers.rate_limits import is_too_often
from outages.services.callbacks.public_rating import asked_rating, digest_of, file_rating

# A home has no more to rate than this, right or wrong.
MOST_PER_HOUR: Final = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be rated, and take it. An unknown link looks like no page at all."""
    asked, here = digest_of(token), reverse("public:rate", args=[token])
    if request.method == "POST":
        return _taken(request, asked, here)
    return _page(request, asked, here)


@never_cache
@require_POST
def rate_report(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Take the rating of a report that came by the public form, from its page."""
    if not is_token_of(reference, token):
        raise Http404
    return _taken(request, reference, reverse("public:report-status", args=[reference, token]))


def _taken(request: HttpRequest, asked: str, back: str) -> HttpResponse:
    if is_too_often(request, what="public-rating", limit=MOST_PER_HOUR, within_s=HOUR_S):
        return _page(request, asked, request.path, form=RatingForm(request.POST), status=429)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, request.path, form=form, status=422)
    # Whoever was faster has rated: the page thanks all the same, and the first word stays.
    file_rating(asked, **form.cleaned_data)
    return redirect(back)


def _page(
    request: HttpRequest,
    asked: str,
    url: str,
    *,
    form: RatingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = asked_rating(asked)
    if found is None:
        raise Http404
    context = {
        "rating": found,
        "form": form or RatingForm(),
        "rating_url": url,
        "too_often": status == 429,
    }
    return render(request, "outages/public/rate.html", context, status=status)
