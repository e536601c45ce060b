"""One shape for what changes a case: POST, carried out once, answered with the fresh panel.

    action = Actions(_outage, outage_panel)

    @action("outages.close_outage", form=ReasonForm, opens="cancel")
    def cancel(request, outage, told): ...; return gettext("Called off.")

A form that does not hold is answered 422 with the form open; what a service refuses 409 with its
words above the panel; the rest with the panel as it is then, and the message that was returned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from outages.views.control.panels import Panel
from outages.views.shape.banner import Banner
from outages.views.shape.screen import View, may, show_done, show_screen
from outages.views.words.refusals import REFUSALS, in_words

Case = TypeVar("Case")
Told = dict[str, Any]
SEES = "outages.view_outages"


@dataclass(frozen=True)
class Actions(Generic[Case]):
    """Makes views of steps. `find` reads the case by its key, `panel` shows it to a user."""

    find: Callable[[int], Case]
    panel: Callable[..., Panel]

    def __call__(
        self,
        permission: str,
        *,
        form: Callable[..., Form] = Form,
        opens: str = "",
        given: Callable[[Case], dict[str, Any]] | None = None,
        problem: str | Promise = "",
    ) -> Callable[[Callable[[HttpRequest, Case, Told], str]], View]:
        """Make a step a view for who sees outages and has `permission`.

        `opens` is the form's name in the panel, `given` what it is made with besides the POST.
        Where `problem` is said, it stands above the panel instead of the form's own errors.
        """

        def decorate(step: Callable[[HttpRequest, Case, Told], str]) -> View:
            @require_POST
            @may(SEES, permission)
            @wraps(step)
            def view(request: HttpRequest, key: int) -> HttpResponseBase:
                case = self.find(key)
                filled = form(request.POST, **(given(case) if given else {}))
                if not filled.is_valid():
                    shown: dict[str, Any] = {"forms": {opens: filled}}
                    if problem:
                        shown = {"banner": Banner("danger", str(problem))}
                    panel = self.panel(case, request.user, **shown)
                    return show_screen(request, panel, status=422, open_form=opens)
                return self.carry_out(
                    request, key, lambda: step(request, case, filled.cleaned_data)
                )

            return _by_any_name(view)

        return decorate

    def carry_out(self, request: HttpRequest, key: int, step: Callable[[], str]) -> HttpResponse:
        """Do one step; show the case as it is then, or why it was refused."""
        try:
            message = step()
        except REFUSALS as refused:
            banner = Banner("danger", in_words(refused))
            panel = self.panel(self.find(key), request.user, banner=banner)
            return show_screen(request, panel, status=409)
        return show_done(request, self.panel(self.find(key), request.user), message)


def _by_any_name(view: View) -> View:
    """Let the address call the key what it likes: outage_id, report_id."""

    @wraps(view)
    def called(request: HttpRequest, **key: int) -> HttpResponseBase:
        [value] = key.values()
        return view(request, value)

    return called
