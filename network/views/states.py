"""Record how a valve was found, or that a source works or not: asked, confirmed, taken back."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from network.choices import Operability, ValveState
from network.forms import MOST_REASON, SourceForm, ValveForm
from network.models import NetworkRevision, Source, Valve
from network.selectors import network_state
from network.services import (
    ValveHeld,
    record_found_operability,
    record_found_state,
    set_source_activity,
)
from network.views.asset_history import (
    LABELS,
    Entry,
    ValveRecord,
    activity_label,
    source_record,
    valve_record,
)
from network.views.assets import asset_or_404, card_context
from network.views.consequence_lines import (
    Consequences,
    of_operability,
    of_source_activity,
    of_valve_state,
)


@dataclass(frozen=True)
class Question:
    """What is asked before a change is recorded; `fields` are sent again with the answer."""

    title: str
    consequences: Consequences
    verb: str
    action: str
    back: str
    fields: dict[str, str] = field(default_factory=dict)


@require_POST
@never_cache
@permission_required("network.operate_valves", raise_exception=True)
def record_valve(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Take what was found at a valve; show what it would do first, then record it."""
    valve, revision = _valve_or_404(asset_id)
    record = valve_record(valve, request.user)
    form = ValveForm(request.POST, record=record)
    if not form.is_valid():
        return _card_again(request, valve, revision, form)
    attribute, value = form.attribute, form.value
    if _opens_held(record, attribute, value):
        form.add_error("found", _held_text(valve.asset_id, record))
        return _card_again(request, valve, revision, form)
    if form.cleaned_data["confirmed"] != _moment(revision):
        question = Question(
            title=_asked(valve, attribute, value),
            consequences=_of_valve(revision, valve, attribute, value),
            verb=gettext("Record: %(value)s") % {"value": LABELS[attribute](value).label},
            action=request.path,
            back=_card(valve),
            fields={"found": form.cleaned_data["found"], "reason": form.cleaned_data["reason"]},
        )
        return _ask(request, question, revision)
    return _write_valve(request, valve, record, attribute, value, form.cleaned_data["reason"])


@require_POST
@never_cache
@permission_required("network.operate_valves", raise_exception=True)
def take_back_valve(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Record the state before the last finding again; asked first only if anybody loses water."""
    valve, revision = _valve_or_404(asset_id)
    record = valve_record(valve, request.user)
    change = _last(record.history, request.POST.get("change", ""))
    if change is None:
        return _nothing_to_take_back(request, valve)
    attribute, value = change.attribute, change.before
    reason = _taken_back_reason(change)
    if _opens_held(record, attribute, value):
        messages.error(request, _held_text(valve.asset_id, record))
        return redirect(_card(valve))
    consequences = _of_valve(revision, valve, attribute, value)
    if consequences.harms and request.POST.get("confirmed") != _moment(revision):
        question = Question(
            title=_asked(valve, attribute, value),
            consequences=consequences,
            verb=gettext("Take it back"),
            action=request.path,
            back=_card(valve),
            fields={"change": str(change.pk)},
        )
        return _ask(request, question, revision)
    return _write_valve(request, valve, record, attribute, value, reason, taken_back=True)


@require_POST
@never_cache
@permission_required("network.operate_sources", raise_exception=True)
def record_source(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Put a source out of action or back to work; show what it would do first."""
    source, revision = _source_or_404(asset_id)
    record = source_record(source)
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _card_again(request, source, revision, form)
    wanted = not record.is_active
    if form.cleaned_data["wanted"] not in ("", _wanted(wanted)):
        # Sent twice, or by two people: the second is not asked for the opposite.
        messages.success(
            request,
            gettext("It is on record already: %(asset)s, %(value)s.")
            % {"asset": source.asset_id, "value": activity_label(record.is_active)},
        )
        return redirect(_card(source))
    if form.cleaned_data["confirmed"] != _moment(revision):
        question = Question(
            title=gettext("%(source)s: %(value)s?")
            % {"source": source.asset_id, "value": activity_label(wanted)},
            consequences=of_source_activity(revision, source, is_active=wanted),
            verb=gettext("Record: %(value)s") % {"value": activity_label(wanted)},
            action=request.path,
            back=_card(source),
            fields={"reason": form.cleaned_data["reason"], "wanted": _wanted(wanted)},
        )
        return _ask(request, question, revision)
    return _write_source(request, source, wanted, form.cleaned_data["reason"])


@require_POST
@never_cache
@permission_required("network.operate_sources", raise_exception=True)
def take_back_source(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Record what held before the last change again; asked first only if anybody loses water."""
    source, revision = _source_or_404(asset_id)
    record = source_record(source)
    change = _last(record.history, request.POST.get("change", ""))
    if change is None:
        return _nothing_to_take_back(request, source)
    wanted = not record.is_active
    consequences = of_source_activity(revision, source, is_active=wanted)
    if consequences.harms and request.POST.get("confirmed") != _moment(revision):
        question = Question(
            title=gettext("%(source)s: %(value)s?")
            % {"source": source.asset_id, "value": activity_label(wanted)},
            consequences=consequences,
            verb=gettext("Take it back"),
            action=request.path,
            back=_card(source),
            fields={"change": str(change.pk)},
        )
        return _ask(request, question, revision)
    return _write_source(request, source, wanted, _taken_back_reason(change))


def _valve_or_404(asset_id: str) -> tuple[Valve, NetworkRevision]:
    found, revision = asset_or_404("valve", asset_id)
    if not isinstance(found, Valve):
        raise Http404
    return found, revision


def _source_or_404(asset_id: str) -> tuple[Source, NetworkRevision]:
    found, revision = asset_or_404("source", asset_id)
    if not isinstance(found, Source):
        raise Http404
    return found, revision


def _wanted(is_active: bool) -> str:
    return "in_action" if is_active else "out_of_action"


def _card(found: Valve | Source) -> str:
    kind = type(found).__name__.lower()
    return reverse("network:asset", args=[kind, found.asset_id])


def _card_again(
    request: HttpRequest,
    found: Valve | Source,
    revision: NetworkRevision,
    form: ValveForm | SourceForm,
) -> HttpResponse:
    context = card_context(request, found, revision, form=form)
    return render(request, "network/asset.html", context, status=422)


def _moment(revision: NetworkRevision) -> str:
    """Name the drawing and the states that consequences are true of."""
    return f"{revision.number}-{network_state().digest()}"


def _ask(request: HttpRequest, question: Question, revision: NetworkRevision) -> HttpResponse:
    fields = {**question.fields, "confirmed": _moment(revision)}
    context = {"question": question, "fields": fields, "revision": revision}
    return render(request, "network/record.html", context)


def _asked(valve: Valve, attribute: str, value: str) -> str:
    return gettext("%(valve)s: %(value)s?") % {
        "valve": valve.asset_id,
        "value": LABELS[attribute](value).label,
    }


def _of_valve(revision: NetworkRevision, valve: Valve, attribute: str, value: str) -> Consequences:
    if attribute == "state":
        return of_valve_state(revision, valve, value)
    return of_operability(revision, valve, value)


def _opens_held(record: ValveRecord, attribute: str, value: str) -> bool:
    return attribute == "state" and value != ValveState.CLOSED and record.is_held


def _held_text(valve: str, record: ValveRecord | None = None) -> str:
    codes = [code for code, _url, is_shut in record.holders if is_shut] if record else []
    return gettext(
        "%(valve)s is held shut by a running outage (%(outages)s). Open it through that plan."
    ) % {"valve": valve, "outages": ", ".join(codes) or "—"}


def _last(history: list[Entry], pk: str) -> Entry | None:
    """Find the entry to take back; nothing if something newer was recorded meanwhile."""
    return next((entry for entry in history if entry.can_take_back and str(entry.pk) == pk), None)


def _nothing_to_take_back(request: HttpRequest, found: Valve | Source) -> HttpResponse:
    messages.error(
        request,
        gettext("Something newer was recorded meanwhile. Nothing was taken back."),
    )
    return redirect(_card(found))


def _taken_back_reason(change: Entry) -> str:
    return (gettext("Taken back: %(reason)s") % {"reason": change.reason or "—"})[:MOST_REASON]


def _write_valve(
    request: HttpRequest,
    valve: Valve,
    record: ValveRecord,
    attribute: str,
    value: str,
    reason: str,
    *,
    taken_back: bool = False,
) -> HttpResponse:
    facts: dict[str, Any] = {
        "by": request.user,
        "at": timezone.now(),
        "reason": reason,
        "taken_back": taken_back,
    }
    try:
        if attribute == "state":
            record_found_state(valve.asset_id, state=ValveState(value), **facts)
        else:
            record_found_operability(valve.asset_id, operability=Operability(value), **facts)
    except ValveHeld:
        messages.error(request, _held_text(valve.asset_id, record))
    else:
        messages.success(
            request,
            gettext("Recorded: %(asset)s, %(value)s.")
            % {"asset": valve.asset_id, "value": LABELS[attribute](value).label},
        )
    return redirect(_card(valve))


def _write_source(
    request: HttpRequest, source: Source, is_active: bool, reason: str
) -> HttpResponse:
    set_source_activity(
        source.asset_id, is_active=is_active, by=request.user, at=timezone.now(), reason=reason
    )
    messages.success(
        request,
        gettext("Recorded: %(asset)s, %(value)s.")
        % {"asset": source.asset_id, "value": activity_label(is_active)},
    )
    return redirect(_card(source))
