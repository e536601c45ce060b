"""What a published notice does to the duties, and news on the channels that were used."""

from datetime import datetime
from typing import Final

from django.db.models import Max

from outages.choices import DutyAbout, NoticeChannel, NoticeKind
from outages.models import Event, Outage, OutageNotice, OutageTask
from outages.models.events import Actor
from outages.policy.matrix import Due, Gate, Task, due_at
from outages.selectors.rules import policy
from outages.services.duties.doing import meet
from outages.services.duties.facts import facts_of
from outages.services.duties.limits import follow
from outages.services.duties.listing import refresh
from outages.workflow import DutyStatus

# What is told anew, on the same channels, when something changes: everything that told somebody.
TOLD_AGAIN: Final = (
    Task.POSTING,
    Task.WECHAT_AND_WEBSITE,
    Task.SMS,
    Task.PHONE_ORGANISATIONS,
    Task.PHONE_KEY_USERS,
    Task.TELL_SPECIAL_USERS,
    Task.PHONE_PRODUCTION,
    Task.PHONE_LEADER,
    Task.NOTIFY_BUREAU_SECTION,
    Task.PORTAL,
    Task.NEWSPAPER,
    Task.REPORT_UPWARD,
)
_ABOUT: Final[dict[str, DutyAbout]] = {
    NoticeKind.UPDATE: DutyAbout.UPDATE,
    NoticeKind.ALL_CLEAR: DutyAbout.ALL_CLEAR,
    NoticeKind.CANCELLATION: DutyAbout.CANCELLATION,
}
_OVER: Final = frozenset({DutyAbout.ALL_CLEAR, DutyAbout.CANCELLATION})


def published(notice: OutageNotice, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Follow up a notice that went out, for a locked outage; the clocks follow too.

    The first ticks off what it did by itself. Later ones make duties of the news on every channel
    that was used; what nobody had done yet simply tells the newer facts.
    """
    _follow_up(notice, outage, by=by, at=at)
    follow(outage, by=by, at=at)


def _follow_up(notice: OutageNotice, outage: Outage, *, by: Actor, at: datetime) -> None:
    if notice.kind == NoticeKind.FIRST:
        if outage.status != "cancelled":
            refresh(outage, by=by, at=at)
        _sent_by_itself(notice, outage, by=by, at=at, round=0)
        return
    about = _ABOUT.get(notice.kind)
    if about is None:
        return
    if about in _OVER:
        _drop_what_waits(outage, about)
    number = _tell_again(outage, about, by=by, at=at)
    if number:
        _sent_by_itself(notice, outage, by=by, at=at, round=number)


def _tell_again(outage: Outage, about: DutyAbout, *, by: Actor, at: datetime) -> int:
    """Make a round of duties for those who were told before. Returns its number, 0 for none."""
    told = _who_was_told(outage)
    waiting = outage.duties.filter(round__gt=0, status=DutyStatus.PENDING)
    waiting.exclude(about=DutyAbout.CORRECTION).update(
        status=DutyStatus.NOT_NEEDED, reason="newer_news"
    )
    if not told:
        return 0
    number = (outage.duties.aggregate(last=Max("round"))["last"] or 0) + 1
    due = due_at(Due.ON_RECEIPT, facts_of(outage, received_at=at), policy.limits(at=at))
    OutageTask.objects.bulk_create(
        [_news_of(row, about, number, due, at=at) for row in told.values()]
    )
    Event.objects.append(
        outage,
        "duties_changed",
        by=by,
        at=at,
        reason=str(about),
        added=sorted({task for task, _target in told}),
        dropped=[],
        count=len(told),
        gone=0,
    )
    return number


def _who_was_told(outage: Outage) -> dict[tuple[str, str], OutageTask]:
    """Return by (task, target) who believes that water is off, or is about to be told so anew.

    Who was told that it stays on is left in peace.
    """
    told: dict[tuple[str, str], OutageTask] = {}
    for row in outage.duties.filter(task__in=TOLD_AGAIN).order_by("round", "pk"):
        key = row.task, row.target
        if row.about == DutyAbout.CORRECTION:
            if row.status != DutyStatus.NOT_NEEDED:
                told.pop(key, None)
        elif row.status == DutyStatus.DONE or (row.round and row.status == DutyStatus.PENDING):
            told[key] = row
    return told


def _news_of(
    row: OutageTask, about: DutyAbout, number: int, due: datetime | None, *, at: datetime
) -> OutageTask:
    return OutageTask(
        outage=row.outage,
        task=row.task,
        about=about,
        round=number,
        target=row.target,
        target_name=row.target_name,
        target_name_en=row.target_name_en,
        geom=row.geom,
        owner=row.owner,
        due=Due.ON_RECEIPT,
        due_at=due,
        gate=Gate.NONE,
        article=row.article,
        made_at=at,
    )


def _drop_what_waits(outage: Outage, about: DutyAbout) -> None:
    rows = outage.duties.filter(
        status__in=[DutyStatus.PENDING, DutyStatus.FAILED], task__in=[*TOLD_AGAIN, Task.PERMIT]
    )
    rows.update(status=DutyStatus.NOT_NEEDED, reason=str(about))


def _sent_by_itself(
    notice: OutageNotice, outage: Outage, *, by: Actor, at: datetime, round: int
) -> None:
    """Tick off SMS, and WeChat where the account is connected: the outbox has them.

    The website is this product's own page and shows the notice at once; an account that is not
    connected is posted to by hand, so that duty stays.
    """
    channels = set(notice.deliveries.values_list("channel", flat=True))
    evidence = f"v{notice.version}"
    if channels - {NoticeChannel.PUBLIC_LIST}:
        meet(outage, Task.SMS, by=by, at=at, evidence=evidence, round=round)
    else:
        # A cancellation goes only to those told: quiet hours may have held everything back.
        called_off = notice.kind == NoticeKind.CANCELLATION
        outage.duties.filter(task=Task.SMS, round=round, status=DutyStatus.PENDING).update(
            status=DutyStatus.NOT_NEEDED, reason="nobody_told" if called_off else "no_numbers"
        )
    if "wechat" in channels:
        meet(outage, Task.WECHAT_AND_WEBSITE, by=by, at=at, evidence=evidence, round=round)
