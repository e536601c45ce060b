"""`manage print_callbacks`: print docs/call-backs.md, with the state table and policy in force."""

from collections.abc import Iterator
from typing import Any, Final

from django.core.management.base import BaseCommand

from outages.policy.callbacks import CALLBACK_TRANSITIONS, CallBackStatus
from outages.policy.keys import KEYS

HEAD: Final = """# Call-backs

Whether the work was done well is asked of whoever told us, once for each finished order. Printed \
by `./run manage print_callbacks > docs/call-backs.md`; a test holds it true.

## The draw

When the user was told the result, the order goes to the call-backs. Complaints are called by \
telephone, all of them, and so is who is protected: their number never enters the outbox. The \
others are numbered in the order in which they come to be asked in a calendar month; the telephone \
gets its share (`callback_phone_share`) spread evenly, from a start of 0 to 99 that is the SHA-256 \
of the month's seed modulo 100. The seed is drawn once and kept; neither it nor a number can be \
changed in the database. While the month lasts the page of rates shows its seal alone, so nobody \
reads there whom the draw will meet; when it is over, no lot falls by it any more, and seed and \
start stand beside the seal: anybody can draw again (`outages/policy/sampling.py`). A number that \
takes no SMS is called, and so is whoever asked for none; the draw stays on record as it fell. \
Where nobody left a number nobody is asked, and that is counted apart. An order that a call-back \
gave rise to draws nothing: the first one is asked again.

## By SMS

The message goes through the outbox, once, never within `callback_quiet_hours`, and asks for 1 or \
2. Who calls before it is out is asked then, and it is taken back. Answers come in by the signed \
inbox. A bare 1 or 2 belongs to the newest call-back that went to the number in the 30 days \
before; other words only if nothing else went there since. Words, and replies that fit nothing, \
wait on the page for a person. A 2 turns to the telephone whenever it comes, unless somebody \
spoke with the user since, and even where the order is filed; a 1 counts where nothing else was \
said. So answers come to the same late, doubled and in any order, and each is kept. An SMS that \
did not arrive is made good by telephone. After `callback_sms_wait` without a word \
`callback_sms_no_reply` says what holds.

## By a link

With `callback_rating_link` on, the SMS carries a link to a page of the public side, and whoever \
reported by the public form may rate on the page of their report, with a few words. A link is \
used once, for 30 days; only its digest is kept, and the public side sees no table: it asks and \
rates by two functions of the database. A rating counts as the same word by SMS would: who is \
dissatisfied is called, a complaint is called all the same. Who left no number is heard, and \
cannot be called.

## On the telephone

The list shows whom nobody tried yet first, complaints before others. The page has the words to \
read out and five questions (service, attitude, work, time, all in all), satisfied or not; keys 1 \
and 2 answer the next one, Enter saves and brings the next user. The limit \
(`callback_phone_due`) counts from the end of the work. `callback_phone_tries` tries in vain end \
a first call as not reached.

## Until it is solved

Who is dissatisfied on the telephone, or was by SMS and is never reached, is visited: an order \
that follows goes to the same department. It has no result before somebody met the user. Once the \
user was told of it they are asked again; content on the doorstep, it is over. The first order is \
not filed before its call-back is done and the order that visits is closed. Only supervision ends \
it while the user is dissatisfied, with a reason.

## What comes of it

Departments read what users say of their work and write down what they do better. Supervision \
tells a department to put something right by a day (`rectification_due` where it gives none). The \
rates are of orders finished in a month, by department and by the channel drawn: an SMS counts as \
a call-back once the provider has it; answered and satisfied stand apart; satisfied is the first \
word about the work, solved what became of the dissatisfied. The month there is the calendar's; \
other programs ask `outages.selectors.callbacks.rates` for any period.
"""
STATES: Final[dict[CallBackStatus, str]] = {
    CallBackStatus.SENT: "短信待回复: the SMS is out",
    CallBackStatus.TO_CALL: "待致电: somebody telephones",
    CallBackStatus.TO_SOLVE: "待上门: an order to visit is out",
    CallBackStatus.SATISFIED: "满意: satisfied, at once or in the end",
    CallBackStatus.UNANSWERED: "未回复: the wait is over",
    CallBackStatus.NOT_REACHED: "未联系上: tried often enough",
    CallBackStatus.DECLINED: "不愿作答: does not want to answer",
    CallBackStatus.UNSATISFIED: "结束（仍不满意）: ended by supervision",
    CallBackStatus.NO_CONTACT: "未留电话: nobody to ask",
}


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("## States", "", "| state | what it means | may become |", "|---|---|---|")
    for state, meaning in STATES.items():
        after = ", ".join(
            str(each) for each in CallBackStatus if each in CALLBACK_TRANSITIONS[state]
        )
        yield f"| {state} | {meaning} | {after or '(the end)'} |"
    yield from ("", "## Policy", "", "| key | value | status |", "|---|---|---|")
    for key in KEYS.values():
        if key.key.startswith(("callback_", "satisfaction_", "rectification_")):
            yield f"| `{key.key}` | {key.printed(key.default)} | {key.status} |"


class Command(BaseCommand):
    help = "Print how users are called back, with the states and the policy, as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
