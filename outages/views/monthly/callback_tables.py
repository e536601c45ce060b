"""Whom the call-backs reached, and what they say."""

from django.utils.translation import gettext

from outages.policy.monthly.figures import (
    CallBackLine,
    Figures,
    percent,
)
from outages.views.exports.tables import Row, Table, table
from outages.views.monthly.names import Names
from outages.views.words.monthly import QUESTIONS


def callbacks_table(figures: Figures, names: Names) -> Table:
    lines = [*figures.callbacks, *([figures.callback_total] if figures.callbacks else ())]
    targets = figures.targets
    note = gettext(
        "Rate: carried out of those drawn, to be %(rate)s %%. Satisfaction: of those who answered, "
        "goal %(goal)s %%, alert below %(alert)s %%."
    ) % {
        "rate": targets.callback_rate,
        "goal": targets.satisfaction,
        "alert": targets.satisfaction_alert,
    }
    return table(
        "callbacks",
        gettext("Call-backs by department"),
        [
            gettext("Department"),
            gettext("Drawn"),
            gettext("by SMS"),
            gettext("by telephone"),
            gettext("by visit"),
            gettext("of complaints"),
            gettext("Carried out"),
            gettext("Rate %"),
            gettext("Reached"),
            gettext("Answered"),
            gettext("Satisfied"),
            gettext("Dissatisfied"),
            gettext("solved since"),
            gettext("Satisfaction %"),
        ],
        [_callback_row(line, names) for line in lines],
        note,
    )


def _callback_row(line: CallBackLine, names: Names) -> Row:
    return (
        names.department(line.department) if line.department else gettext("In total"),
        line.drawn,
        line.by_sms,
        line.by_phone,
        line.by_visit,
        line.complaints,
        line.carried_out,
        percent(line.carried_out, line.drawn),
        line.reached,
        line.answered,
        line.satisfied,
        line.unsatisfied,
        line.solved,
        percent(line.satisfied, line.satisfied + line.unsatisfied),
    )


def questions_table(figures: Figures) -> Table:
    return table(
        "questions",
        gettext("What they were asked"),
        [gettext("Question"), gettext("Satisfied"), gettext("Dissatisfied"), gettext("Share %")],
        [
            (
                str(QUESTIONS.get(line.question, line.question)),
                line.satisfied,
                line.unsatisfied,
                percent(line.satisfied, line.satisfied + line.unsatisfied),
            )
            for line in figures.questions
        ],
    )
