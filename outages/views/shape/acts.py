"""Pages of one record with what may be done to it: each act a form of its own, named in one table.

    ORDER_PAGE = ActPage(find=..., url=..., render=...)
    accept = Act("accept", ("outages.handle_orders",), title=_("Accept"), do=..., when=...)

An act is POST, carried out once. A form that does not hold is answered 422 with the form open;
what a service refuses 409 with its words above the page; the rest leads back to the page with
the message that was returned. Everything works without script.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from outages.views.shape.once import said_once
from outages.views.shape.screen import View
from outages.views.words.refusals import REFUSALS, in_words

Case = TypeVar("Case")
Told = dict[str, Any]
User = AbstractBaseUser | AnonymousUser
SEES = "outages.view_outages"


@dataclass(frozen=True)
class Act(Generic[Case]):
    """One thing that may be done. `slug` ends its address; one of `permissions` is enough.

    `when` says whether it is offered now; the service has the last word. `given` is what the form
    is made with besides the POST, `initial` what it begins with.
    """

    slug: str
    permissions: tuple[str, ...]
    title: str | Promise
    verb: str | Promise
    do: Callable[[HttpRequest, Case, Told], str | Promise]
    when: Callable[[Case, User], bool]
    form: Callable[..., Form] = Form
    given: Callable[[Case], dict[str, Any]] | None = None
    initial: Callable[[Case], dict[str, Any]] | None = None
    primary: bool = False
    # Nobody may do it on another's record, whatever the state: answered 403.
    forbids: Callable[[Case, User], bool] | None = None
    # It would count again when sent again, and nothing else refuses that.
    once: bool = False
    # Where to go when it is done, if not back to the page: the next one of a list.
    onward: Callable[[Case], str] | None = None

    def allows(self, user: User) -> bool:
        """Whether somebody holds one of the permissions, and sees the pages at all."""
        may = user.has_perm  # type: ignore[union-attr]
        return may(SEES) and any(may(each) for each in self.permissions)

    def blank(self, case: Case) -> Form:
        """Return the form as it begins."""
        given = self.given(case) if self.given else {}
        if self.initial is not None:
            given = {**given, "initial": self.initial(case)}
        return self.form(**given)


@dataclass(frozen=True)
class ShownAct:
    """An act on the page."""

    slug: str
    title: str
    verb: str
    url: str
    form: Form
    is_open: bool
    is_primary: bool

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to fill in: a button does."""
        return not self.form.fields


@dataclass(frozen=True)
class ActPage(Generic[Case]):
    """Where acts of one kind of record stand: how it is found, addressed and shown."""

    find: Callable[[str], Case]
    url: Callable[[Case], str]
    act_url: Callable[[Case, str], str]
    show: Callable[..., HttpResponse]

    def shown(
        self, acts: Iterable[Act[Case]], case: Case, user: User, *, filled: Form | None, slug: str
    ) -> list[ShownAct]:
        """Return the acts that this user may do now; the one named `slug` stands open, filled."""
        return [
            ShownAct(
                slug=act.slug,
                title=str(act.title),
                verb=str(act.verb),
                url=self.act_url(case, act.slug),
                form=filled if filled is not None and act.slug == slug else act.blank(case),
                is_open=act.slug == slug,
                is_primary=act.primary,
            )
            for act in acts
            if act.allows(user) and act.when(case, user)
        ]

    def view(self, act: Act[Case]) -> View:
        """Make an act a view."""

        @require_POST
        def carried_out(request: HttpRequest, key: str) -> HttpResponseBase:
            if not act.allows(request.user):
                raise PermissionDenied
            case = self.find(key)
            if act.forbids is not None and act.forbids(case, request.user):
                raise PermissionDenied
            filled = act.form(request.POST, **(act.given(case) if act.given else {}))
            if not filled.is_valid():
                return self.show(request, case, status=422, filled=filled, slug=act.slug)
            step: Callable[[], str | Promise]
            step = partial(act.do, request, case, filled.cleaned_data)
            if act.once:
                step = partial(said_once, request, step)
            return self._done(request, case, step, act.onward or self.url)

        return _by_any_name(carried_out)

    def _done(
        self,
        request: HttpRequest,
        case: Case,
        step: Callable[[], str | Promise],
        onward: Callable[[Case], str],
    ) -> HttpResponse:
        try:
            message = step()
        except REFUSALS as refused:
            return self.show(request, case, status=409, problem=in_words(refused))
        messages.success(request, str(message))
        return redirect(onward(case))


def _by_any_name(view: View) -> View:
    """Let the address call the key what it likes: number, reference."""

    @wraps(view)
    def called(request: HttpRequest, **key: str) -> HttpResponseBase:
        [value] = key.values()
        return view(request, value)

    return called
