"""Call-backs as the monthly report shows them: those of the orders finished in its days."""

from outages.models.callbacks.asking import CallBackChannel
from outages.policy.monthly.figures import CallBackLine, QuestionLine
from outages.policy.report_periods import Period
from outages.selectors import callbacks


def callback_lines(period: Period) -> tuple[CallBackLine, ...]:
    """Return the call-backs of the orders that were finished in a period, by department."""
    return tuple(_line(row) for row in callbacks.rates(period))


def _line(row: callbacks.DepartmentRates) -> CallBackLine:
    total = row.total
    drawn = {channel: counts.drawn for channel, counts in row.by_channel.items()}
    return CallBackLine(
        row.department.code,
        drawn=total.drawn,
        by_sms=drawn.get(CallBackChannel.SMS, 0),
        by_phone=drawn.get(CallBackChannel.PHONE, 0),
        by_visit=drawn.get(CallBackChannel.VISIT, 0),
        complaints=row.complaints.drawn,
        carried_out=total.carried_out,
        reached=total.reached,
        answered=total.answered,
        satisfied=total.satisfied,
        unsatisfied=total.unsatisfied,
        solved=total.solved,
    )


def question_lines(period: Period) -> tuple[QuestionLine, ...]:
    """Return what was answered to each question of the questionnaire."""
    found = callbacks.questionnaire(period)
    return tuple(QuestionLine(question, *answers) for question, answers in found.items())
