"""The door for other systems: a token, a method, one flat JSON object, an answer in JSON.

Every error is `{"error": {"code", "message", "fields"}}`, as docs/intake.md has it.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from outages.choices import IntakeScope
from outages.models import IntakeClient
from outages.services.systems.tokens import client_of, require_scope
from outages.views.shape.json_bodies import read_json
from outages.views.words.refusals import in_words
from outages.workflow import Refused

MOST_BYTES: Final = 64 * 1024
MOST_KEY: Final = 80
# Codes of refusals that are no clash of states.
STATUSES: Final[Mapping[str, int]] = {
    "intake_scope": 403,
    "intake_channel": 403,
    "intake_too_many": 429,
}
Answer = Callable[..., JsonResponse]
Told = TypeVar("Told", bound=Form)


def error(
    status: int, code: str, message: str, fields: dict[str, Any] | None = None
) -> JsonResponse:
    """Answer with what is wrong."""
    told: dict[str, Any] = {"code": code, "message": message}
    if fields:
        told["fields"] = fields
    return JsonResponse({"error": told}, status=status)


def not_found() -> JsonResponse:
    """Answer that there is no such thing of this system."""
    return error(404, "not_found", gettext("There is no such thing of yours."))


def for_systems(method: str, scope: IntakeScope) -> Callable[[Answer], Answer]:
    """Let in who uses the method and brings a token of the scope; such a call needs no cookie.

    The view gets the request, the system and what the address names.
    """

    def made(view: Answer) -> Answer:
        @csrf_exempt
        @login_not_required
        @never_cache
        @wraps(view)
        def answered(request: HttpRequest, **rest: Any) -> JsonResponse:
            if request.method != method:
                refused = error(405, "method_not_allowed", gettext("Use %s.") % method)
                refused["Allow"] = method
                return refused
            client = _client_of(request)
            if client is None:
                refused = error(401, "unauthorized", gettext("The token is missing or unknown."))
                refused["WWW-Authenticate"] = 'Bearer realm="mainbreak"'
                return refused
            try:
                require_scope(client, scope)
                return view(request, client, **rest)
            except Refused as told:
                return _refused(told)

        return answered

    return made


def _client_of(request: HttpRequest) -> IntakeClient | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return client_of(token.strip()) if scheme.lower() == "bearer" else None


def _refused(told: Refused) -> JsonResponse:
    answer = error(STATUSES.get(told.code, 409), told.code, in_words(told))
    if answer.status_code == STATUSES["intake_too_many"]:
        answer["Retry-After"] = "60"
    return answer


def sent(request: HttpRequest, form_class: type[Told]) -> tuple[Told, str] | JsonResponse:
    """Read the body into a form that holds, with its key; or the answer that says why not.

    The header Idempotency-Key names what is sent: sent again it is the same.
    """
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return error(413, "too_large", gettext("At most 64 KB."))
    if request.content_type != "application/json":
        return error(415, "not_json", gettext("Send application/json."))
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= MOST_KEY:
        said = gettext("The header Idempotency-Key is missing or longer than 80 characters.")
        return error(400, "key_missing", said)
    try:
        told = _read(request.body)
    except ValueError:
        return error(400, "bad_json", gettext("The body is no JSON object of plain values."))
    if unknown := sorted(set(told) - set(form_class.base_fields)):
        said = gettext("Unknown fields: %s") % ", ".join(unknown)
        return error(422, "unknown_fields", said, {name: [] for name in unknown})
    form = form_class(told)
    if not form.is_valid():
        said = gettext("Some fields do not hold.")
        return error(422, "invalid", said, form.errors.get_json_data())
    return form, key


def taken_in(told: dict[str, Any], *, is_new: bool, address: str = "") -> JsonResponse:
    """Answer 201 for what was made now, 200 for what was known, and where it can be asked for."""
    answer = JsonResponse(told, status=201 if is_new else 200)
    if address:
        answer["Location"] = address
    return answer


def _read(body: bytes) -> dict[str, Any]:
    """Read one flat object. Raises ValueError."""
    told = read_json(body)
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
