"""The demo's call-backs: orders of the last days that are finished, each asked in another way.

Made through the services.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from gisapp.demo import answers
from gisapp.demo.answers import CONTENT
from gisapp.demo.cases import DemoDesk
from outages.choices import NoticeChannel, ReportKind
from outages.models import CallBack, RatingLink
from outages.models.callbacks.asking import QUESTIONS, TryResult, Verdict
from outages.policy.addresses import mobile_number
from outages.services import orders
from outages.services.callbacks import hearing, rating
from outages.services.callbacks.asking import Answers, record_call
from outages.services.callbacks.improving import note_improvement, order_rectification
from outages.services.orders import ResultFacts
from outages.services.publishing import opt_outs

_HOUR: Final = 60.0
_LATE: Final = Answers(
    **{
        **dict.fromkeys(QUESTIONS, Verdict.SATISFIED),
        "timeliness": Verdict.UNSATISFIED,
        "overall": Verdict.UNSATISFIED,
    }
)


def load_callbacks(*, at: datetime) -> int:
    """Finish some orders and ask their users; return how many. Where any is, nothing is done."""
    if CallBack.objects.exists():
        return 0
    demo = _Demo(DemoDesk(at))
    made = [
        demo.complaint_to_call(),
        demo.solved_by_a_visit_to_come(),
        demo.content(),
        demo.by_sms(3, "账单金额不对", 50, "1"),
        demo.by_sms(4, "水表倒转", 44, "2"),
        demo.by_sms(5, "抄表员没来", 38, "处理了，就是来得有点晚"),
        demo.by_sms(6, "阶梯水价怎么算的", 20, ""),
        demo.by_link(7, "水表箱进水", 30, Verdict.SATISFIED, "师傅来得快，还把表箱清干净了"),
        demo.by_link(2, "换表后读数接不上", 14, Verdict.UNSATISFIED, "还是没说清楚怎么算的"),
    ]
    demo.want_no_messages()
    rating.take_ratings(at=at)
    hearing.watch(at=at)
    return len(made)


class _Demo:
    def __init__(self, desk: DemoDesk) -> None:
        self.desk = desk

    def finished(
        self, place: int, kind: str, text: str, hours: float, *, result: str, complains: bool
    ) -> CallBack:
        """An order whose user knows the result since so many hours."""
        desk, since = self.desk, hours * _HOUR
        report = desk.call(
            place,
            kind,
            text,
            since + 200,
            is_complaint=complains,
            contact_phone=f"139000200{place:02}",
        )
        order = desk.taken(
            desk.told(desk.order(report, since + 198), since + 197), since + 190, "李工"
        )
        order = orders.start_work(order, by=None, at=desk.ago(since + 120))
        orders.contact_user(order, method="visit", by=None, at=desk.ago(since + 60))
        orders.enter_result(
            order, facts=ResultFacts(result=result), by=None, at=desk.ago(since + 30)
        )
        order = orders.feed_back(order, told=result, by=desk.agent, at=desk.ago(since))
        return CallBack.objects.select_related("delivery").get(order=order)

    def complaint_to_call(self) -> CallBack:
        """A complaint that is owed its call."""
        return self.finished(
            0, ReportKind.CONDUCT, "窗口排队太久，没人解释", 26,
            result="已增开窗口并致歉。", complains=True,
        )  # fmt: skip

    def solved_by_a_visit_to_come(self) -> CallBack:
        """A user who was dissatisfied on the telephone: an order to visit them is out."""
        callback = self.finished(
            1, ReportKind.WORKMANSHIP, "换表后表箱盖没装好", 70,
            result="已重新固定表箱盖。", complains=True,
        )  # fmt: skip
        record_call(
            callback,
            result=TryResult.REACHED,
            answers=_LATE,
            opinion="盖子又松了，而且拖了三天才来",
            by=self.desk.agent,
            at=self.desk.ago(46 * _HOUR),
        )
        order_rectification(
            callback, what="检查同批更换的表箱盖，逐户紧固", by=None, at=self.desk.ago(40 * _HOUR)
        )
        return callback

    def content(self) -> CallBack:
        """A satisfied user with advice, of which the department made something."""
        callback = self.finished(
            2, ReportKind.WORKMANSHIP, "施工围挡占了人行道", 96,
            result="已清理现场，恢复通行。", complains=True,
        )  # fmt: skip
        record_call(
            callback,
            result=TryResult.REACHED,
            answers=CONTENT,
            opinion="希望晚上也留一条能走的路",
            by=self.desk.agent,
            at=self.desk.ago(90 * _HOUR),
        )
        if callback.department.code == self.desk.clerk.department_code:
            note_improvement(
                callback,
                text="夜间围挡一律留 1.5 米通道",
                by=self.desk.clerk,
                at=self.desk.ago(80 * _HOUR),
            )
        return callback

    def by_sms(self, place: int, text: str, hours: float, answer: str) -> CallBack:
        """A user who is asked by SMS, unless the draw says otherwise, and what they reply."""
        callback = self.finished(
            place, ReportKind.METERING, text, hours,
            result="已转营业系统核对并答复。", complains=False,
        )  # fmt: skip
        delivery = callback.delivery
        if delivery is None:
            return callback
        sent_at = answers.leave(delivery, told_at=self.desk.ago(hours * _HOUR))
        if answer:
            self.replies(delivery.recipient, answer, max(sent_at, self.desk.ago(hours * _HOUR)))
        return callback

    def by_link(
        self, place: int, text: str, hours: float, verdict: Verdict, words: str
    ) -> CallBack:
        """A user who rates by the link of the SMS, unless the draw says that they are called."""
        callback = self.by_sms(place, text, hours, "")
        delivery = callback.delivery
        if delivery is not None:
            # Written as the function of the database does that the public side calls.
            rated_at = max(self.desk.ago((hours - 1) * _HOUR), delivery.due_at)
            RatingLink.objects.filter(callback=callback).update(
                verdict=verdict, words=words, rated_at=min(rated_at, self.desk.at)
            )
        return callback

    def replies(self, sender: str, text: str, when: datetime) -> None:
        """An SMS that a user sends, an hour after `when`."""
        when = min(when + timedelta(hours=1), self.desk.at)
        answers.say(sender, text, when=when, told_at=self.desk.at)

    def want_no_messages(self) -> None:
        """Two customers who want no SMS: one writes so, the other told an agent."""
        homes = [home for home in self.desk.homes if mobile_number(home.phone)]
        for home in homes[:1]:
            self.replies(mobile_number(home.phone), "TD", self.desk.ago(30 * _HOUR))
        for home in homes[1:2]:
            opt_outs.note_wish(
                home,
                channel=NoticeChannel.SMS,
                is_out=True,
                reason="来电说不想再收短信",
                by=self.desk.agent,
                at=self.desk.ago(5 * _HOUR),
            )
