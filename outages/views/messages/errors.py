"""What a gateway said, in plain words and with what can be done; its own words stay in brackets."""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Expression of what the outbox wrote down -> words. The first that fits counts.
ERRORS: Final[tuple[tuple[str, str | Promise], ...]] = (
    (r"status (429|503)$|LimitExceeded", _("the gateway takes nothing for the moment")),
    (r"status (401|403)$", _("the gateway does not know our key: the administrator has to look")),
    (r"status 410$", _("nobody wants it there any more")),
    (r"status 5\d\d$", _("the gateway has an error of its own")),
    (r"status 4\d\d$", _("the gateway refuses this message or this address")),
    (r"status \d+$", _("the gateway answered something that nobody understands")),
    (r"refused \[.*5\d\d", _("the mail server knows no such address")),
    (r"refused \[", _("the mail server asks to try later")),
    (r"connection refused|ConnectionRefusedError", _("nobody answers at the gateway's address")),
    (r"no connection in time|no such host|NameResolutionError", _("the gateway is out of reach")),
    (r"gaierror|TimeoutError|OSError|SMTPConnectError", _("the gateway is out of reach")),
    (r"SSLError", _("the gateway's certificate does not hold")),
    (
        r"no answer in time|connection lost|SMTPServerDisconnected|Connection\w*Error",
        _("the line broke before an answer came"),
    ),
    (r"answer (is no JSON object|cannot be read)", _("its answer could not be read")),
    (r"sender died midway", _("the sender stopped in mid-send")),
    (r"too late to repeat safely", _("the gateway would not know a repeat any more")),
    (r"no receipt came", _("no receipt came")),
    (r"no receipt yet", _("waiting for a receipt")),
    (r"all providers rest", _("all providers are in trouble and left alone for a while")),
    (r"its provider is gone", _("the provider that had it is not set up any more")),
    (r"no gateway", _("this channel is not set up: the administrator has to look")),
    (r"no template", _("the provider has no template for it: the administrator has to look")),
    (r"no such target|apprise does not know", _("this group is not set up")),
    (r"apprise says", _("the group's program says that something went wrong")),
    (r"subscriber is off", _("the program is switched off")),
    (r"no token", _("WeChat gives us no key: the administrator has to look")),
    (r"errcode 45009|errcode 45028", _("WeChat's quota for today is used up")),
    (r"errcode (40003|43004|43019)", _("who should get it does not follow the account")),
    (r"errcode -1$", _("WeChat is busy")),
)


def in_plain_words(error: str) -> str:
    """Say what went wrong; what nobody has words for stands as it is. Empty for none."""
    for expression, words in ERRORS:
        if re.search(expression, error):
            return gettext("%(words)s (%(code)s)") % {"words": words, "code": error}
    return error
