"""One shape for what changes a page of its own: POST, carried out once, back to the page.

    action = PageActions(_outage, board_page, lambda outage: reverse("outages:duties", ...))

    @action("outages.hand_over_sheet", form=SheetForm)
    def hand_over(request, outage, told): ...; return gettext("Handed over.")

A form that does not hold is answered 422 with the page and the form as it was filled in; what a
service refuses 409 with its words above the page; the rest goes back to the page with a message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from outages.views.shape.banner import Banner
from outages.views.shape.once import said_once
from outages.views.shape.screen import View, may, may_any
from outages.views.words.refusals import REFUSALS, in_words

Case = TypeVar("Case")
Told = dict[str, Any]


@dataclass(frozen=True)
class PageActions(Generic[Case]):
    """Makes views of steps. `find` reads the case by its key, `page` answers with its page."""

    find: Callable[[int], Case]
    page: Callable[..., HttpResponse]
    back: Callable[[Case], str]

    def __call__(
        self,
        *permissions: str,
        one_of: tuple[str, ...] = (),
        form: Callable[..., Form] = Form,
        once: bool = False,
    ) -> Callable[[Callable[[HttpRequest, Case, Told], str]], View]:
        """Make a step a view for who has all of these permissions, and one of `one_of`.

        With `once` a form that is sent twice counts once.
        """

        def decorate(step: Callable[[HttpRequest, Case, Told], str]) -> View:
            @require_POST
            @may(*permissions)
            @may_any(*(one_of or permissions))
            @wraps(step)
            def view(request: HttpRequest, **keys: int) -> HttpResponseBase:
                [key] = keys.values()
                case = self.find(key)
                filled = form(request.POST, request.FILES)
                if not filled.is_valid():
                    return self.page(request, case, status=422, filled=filled)
                take = partial(step, request, case, filled.cleaned_data)
                try:
                    said = said_once(request, take) if once else take()
                except REFUSALS as refused:
                    banner = Banner("danger", in_words(refused))
                    return self.page(request, self.find(key), status=409, banner=banner)
                messages.success(request, said)
                return redirect(_next(request) or self.back(self.find(key)))

            return view

        return decorate


def _next(request: HttpRequest) -> str:
    """Return the page of ours that the form was sent from, if it says so."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if wanted.startswith("/") and ours else ""
