"""Where other systems hand in reports: JSON over HTTP, as docs/intake.md has it.

    POST /api/v1/reports              201 made, 200 known already
    GET  /api/v1/reports/<reference>  how far it is, for the system that handed it in

Every answer is JSON; an error is `{"error": {"code", "message", "fields"}}`.
"""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from outages.forms.intake import IntakeForm
from outages.models import BurstReport, IntakeClient
from outages.services.desk import intake
from outages.services.desk.public_reports import stage_of
from outages.views.words.refusals import in_words
from outages.workflow import Refused

MOST_BYTES: Final = 64 * 1024
MOST_KEY: Final = 80
# Codes of refusals that are no clash of states.
STATUSES: Final[Mapping[str, int]] = {"intake_channel": 403, "intake_too_many": 429}
Answer = Callable[..., JsonResponse]


def _error(
    status: int, code: str, message: str, fields: dict[str, Any] | None = None
) -> JsonResponse:
    told: dict[str, Any] = {"code": code, "message": message}
    if fields:
        told["fields"] = fields
    return JsonResponse({"error": told}, status=status)


def _for_systems(method: str) -> Callable[[Answer], Answer]:
    """Let in who brings a token and uses the method; what is signed so needs no cookie."""

    def made(view: Answer) -> Answer:
        @csrf_exempt
        @login_not_required
        @never_cache
        @wraps(view)
        def answered(request: HttpRequest, **rest: Any) -> JsonResponse:
            if request.method != method:
                refused = _error(405, "method_not_allowed", gettext("Use %s.") % method)
                refused["Allow"] = method
                return refused
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            client = intake.client_of(token.strip()) if scheme.lower() == "bearer" else None
            if client is None:
                refused = _error(401, "unauthorized", gettext("The token is missing or unknown."))
                refused["WWW-Authenticate"] = 'Bearer realm="mainbreak"'
                return refused
            return view(request, client, **rest)

        return answered

    return made


@_for_systems("POST")
def hand_in(request: HttpRequest, client: IntakeClient) -> JsonResponse:
    """Take one report. The header Idempotency-Key names it: sent again it is the same one."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _error(413, "too_large", gettext("At most 64 KB."))
    if request.content_type != "application/json":
        return _error(415, "not_json", gettext("Send application/json."))
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= MOST_KEY:
        said = gettext("The header Idempotency-Key is missing or longer than 80 characters.")
        return _error(400, "key_missing", said)
    try:
        told = _read(request.body)
    except ValueError:
        return _error(400, "bad_json", gettext("The body is no JSON object of plain values."))
    if unknown := sorted(set(told) - set(IntakeForm.base_fields)):
        said = gettext("Unknown fields: %s") % ", ".join(unknown)
        return _error(422, "unknown_fields", said, {name: [] for name in unknown})
    form = IntakeForm(told)
    if not form.is_valid():
        said = gettext("Some fields do not hold.")
        return _error(422, "invalid", said, form.errors.get_json_data())
    return _taken(request, client, form, key)


def _taken(request: HttpRequest, client: IntakeClient, form: IntakeForm, key: str) -> JsonResponse:
    try:
        taken = intake.hand_in(
            client,
            facts=form.facts(sender=client.name),
            key=key,
            body=request.body,
            at=timezone.now(),
        )
    except Refused as refused:
        answer = _error(STATUSES.get(refused.code, 409), refused.code, in_words(refused))
        if answer.status_code == STATUSES["intake_too_many"]:
            answer["Retry-After"] = "60"
        return answer
    answer = JsonResponse(_told(taken.report), status=201 if taken.is_new else 200)
    answer["Location"] = reverse("outages:intake-report", args=[taken.report.reference])
    return answer


@_for_systems("GET")
def report(request: HttpRequest, client: IntakeClient, reference: str) -> JsonResponse:
    """Say how far a report is that this system handed in."""
    found = intake.report_of(client, reference)
    if found is None:
        return _error(404, "not_found", gettext("There is no such report of yours."))
    return JsonResponse(_told(found))


def _told(report: BurstReport) -> dict[str, Any]:
    """What the other system may know: how far it is, nothing of people or the network."""
    return {
        "reference": report.reference,
        "kind": report.kind,
        "channel": report.channel,
        "received_at": report.received_at.isoformat(),
        "stage": str(stage_of(report)),
    }


def _read(body: bytes) -> dict[str, Any]:
    """Read one flat object. Raises ValueError."""
    told = json.loads(body)
    if not isinstance(told, dict):
        msg = "no object"
        raise ValueError(msg)
    for value in told.values():
        is_plain = value is None or isinstance(value, str | int | float | bool)
        if not is_plain or (isinstance(value, str) and "\0" in value):
            msg = "no plain value"
            raise ValueError(msg)
        if isinstance(value, str):
            value.encode()  # half a character, as \ud83d alone, is none
    return {name: value for name, value in told.items() if value is not None}
