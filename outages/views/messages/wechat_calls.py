"""Where a WeChat official account tells us what became of messages. Signed, or not heard.

GET answers the account's question when the address is entered there; POST takes one event.
`GATEWAYS["wechat"]` names `callback_token` and, for secure mode, `aes_key`; without the token
this address does not exist.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outages.choices import NoticeChannel
from outages.delivery import inbox
from outages.delivery.signatures import BadSignature
from outages.delivery.wechat_calls import Account, Unreadable, check, read

MOST_BYTES = 64 * 1024


# What is signed needs no cookie: a browser sends none of this.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def heard(request: HttpRequest) -> HttpResponse:
    """Take one event; it is thanked for also where it was heard before."""
    account = _account()
    now = timezone.now()
    query = {name: str(value) for name, value in request.GET.items()}
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        if request.method == "GET":
            check(query, account, now_s=now.timestamp())
            return HttpResponse(query.get("echostr", ""), content_type="text/plain")
        found = read(query, request.body, account, now_s=now.timestamp())
    except BadSignature:
        return HttpResponse(status=401)
    except Unreadable:
        return HttpResponse(status=400)
    if found is not None:
        inbox.take(found, channel=NoticeChannel.WECHAT, at=now)
    # Anything else than this word makes the account ask again.
    return HttpResponse("success", content_type="text/plain")


def _account() -> Account:
    entry: dict[str, Any] = settings.GATEWAYS.get("wechat", {})
    if not entry.get("callback_token"):
        raise Http404
    return Account(
        app_id=entry["app_id"], token=entry["callback_token"], aes_key=entry.get("aes_key", "")
    )
