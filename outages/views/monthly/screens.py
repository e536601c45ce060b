"""The monthly report's pages: all months, one version, the days that run, paper and files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.choices import MonthlySection
from outages.forms.monthly.reports import CommentForm
from outages.models import ActionItem, Event, MonthlyReport
from outages.policy.monthly.figures import Figures
from outages.policy.monthly.periods import month_drafted_by, month_running, period_of
from outages.policy.report_periods import Period
from outages.selectors import monthly as lists
from outages.services import monthly
from outages.services.monthly.writing import live_figures
from outages.views.exports.answers import FORMS, file_answer
from outages.views.exports.paper import paper_page
from outages.views.exports.tables import Document
from outages.views.monthly import drawing
from outages.views.monthly.acts import CLOSE_ACTION, REPORT_ACTS
from outages.views.monthly.documents import monthly_document, sections_of
from outages.views.monthly.names import moment_words
from outages.views.shape.actor import acting
from outages.views.shape.acts import ActPage
from outages.views.shape.screen import may
from outages.views.words.history import entries
from outages.views.words.monthly import STANDINGS

SEES: Final = "outages.view_monthly"
PAPER: Final = "outages/paper/monthly.html"


@require_safe
@never_cache
@may(SEES)
def monthly_list(request: HttpRequest) -> HttpResponse:
    """List the months' reports, the days that run and the actions that are open."""
    at = timezone.now()
    choice, draft_day = lists.period_choice(at=at)
    today = timezone.localdate(at)
    running = month_running(today, choice, draft_day=draft_day)
    missing = month_drafted_by(today, draft_day=draft_day)
    rows = [(row, _chip(row, at)) for row in lists.newest_reports()]
    context = {
        "rows": rows,
        "running": running,
        "period": period_of(running, choice, draft_day=draft_day),
        "dates": lists.report_dates(running, at=at),
        "is_drafted": any(row.month == running for row, _chip_of in rows),
        "missing": None if any(row.month == missing for row, _chip_of in rows) else missing,
        "actions": [_action_row(row, request, at) for row in lists.actions_open()],
    }
    return render(request, "outages/monthly/list.html", context)


@require_safe
@never_cache
@may(SEES)
def monthly_running(request: HttpRequest) -> HttpResponse:
    """Show the figures of the days that run, as they are now."""
    at = timezone.now()
    choice, draft_day = lists.period_choice(at=at)
    month = month_running(timezone.localdate(at), choice, draft_day=draft_day)
    period = period_of(month, choice, draft_day=draft_day)
    figures = lists.figures_of(period, month, choice, draft_day=draft_day, at=at)
    facts = [_days(period), _("So far, as of %(at)s.") % {"at": moment_words(at)}]
    document = monthly_document(
        figures,
        period,
        name=f"monthly-{month:%Y-%m}-so-far",
        title=_title(month),
        facts=facts,
        comments={},
    )
    if (form := request.GET.get("format")) in FORMS:
        return file_answer(
            document, form, template=PAPER, **_paper(figures, document, {}, is_draft=True)
        )
    context = _shown(figures, document, {}, is_draft=True) | {"month": month, "facts": facts}
    return render(request, "outages/monthly/running.html", context)


def _title(month: Any) -> str:
    return _("Monthly report %(month)s") % {"month": f"{month:%Y-%m}"}


def _days(period: Period) -> str:
    return _("%(first)s to %(last)s") % {"first": period.first, "last": period.last}


def _chip(report: MonthlyReport, at: datetime) -> tuple[str, Any]:
    return STANDINGS[lists.standing_of(report, at=at)]


def _find(key: str) -> MonthlyReport:
    rows = MonthlyReport.objects.select_related("drafted_by", "issued_by", "corrects")
    return get_object_or_404(rows, pk=key)


def _document(report: MonthlyReport, figures: Figures, comments: Mapping[str, Any]) -> Document:
    facts = [_days(report.period)]
    if report.is_issued:
        facts.append(
            _("Version %(version)s, issued by %(name)s at %(at)s.")
            % {
                "version": report.version,
                "name": report.issuer_name,
                "at": moment_words(report.issued_at or report.drafted_at),
            }
        )
    else:
        facts.append(
            _("Draft of version %(version)s, not issued: figures as of %(at)s.")
            % {
                "version": report.version,
                "at": moment_words(datetime.fromisoformat(figures.as_of)),
            }
        )
    if report.corrects is not None:
        facts.append(
            _("Corrects version %(version)s: %(reason)s")
            % {"version": report.corrects.version, "reason": report.correction_reason}
        )
    return monthly_document(
        figures,
        report.period,
        name=f"monthly-{report.month:%Y-%m}-v{report.version}",
        title=_title(report.month),
        facts=facts,
        comments=comments,
    )


def _content(report: MonthlyReport, at: datetime) -> tuple[Figures, Document, dict[str, Any]]:
    figures = report.kept_figures() or live_figures(report, at=at)
    comments = lists.comments_of(report)
    return figures, _document(report, figures, comments), comments


def _charts(figures: Figures, document: Document) -> dict[str, Any]:
    """The drawings by the table beside which each stands."""
    return {
        "months": drawing.pillars_of(figures),
        "themes": drawing.bars_of(document.table("themes"), value=1, part=2),
        "sources": drawing.bars_of(document.table("sources"), value=1, part=2),
        "league": drawing.bars_of(document.table("league"), value=1),
        "callbacks": drawing.satisfaction(figures, document.table("callbacks")),
        "spots": drawing.heat_map(figures),
    }


def _paper(
    figures: Figures, document: Document, comments: Mapping[str, Any], *, is_draft: bool
) -> dict[str, Any]:
    charts = _charts(figures, document)
    parts = [
        (section, comments.get(section), [(each, charts.get(each.key)) for each in tables])
        for section, tables in sections_of(document)
    ]
    return {"parts": parts, "is_draft": is_draft}


def _shown(
    figures: Figures, document: Document, comments: Mapping[str, Any], *, is_draft: bool
) -> dict[str, Any]:
    return {
        "figures": figures,
        "document": document,
        "forms": FORMS.items(),
        "satisfied": _satisfied(figures),
        **_paper(figures, document, comments, is_draft=is_draft),
    }


def _satisfied(figures: Figures) -> dict[str, Any]:
    """The call-backs' two figures with the tone that the targets give them."""
    total, targets = figures.callback_total, figures.targets
    answered = total.satisfied + total.unsatisfied
    share = 100 * total.satisfied / answered if answered else None
    rate = 100 * total.carried_out / total.drawn if total.drawn else None
    return {
        "share": share,
        "is_low": share is not None and share < targets.satisfaction_alert,
        "is_below": share is not None and share < targets.satisfaction,
        "rate": rate,
        "is_rate_low": rate is not None and rate < targets.callback_rate,
    }


def _show(
    request: HttpRequest,
    report: MonthlyReport,
    *,
    status: int = 200,
    problem: str = "",
    filled: Any = None,
    slug: str = "",
) -> HttpResponse:
    report, at = _find(str(report.pk)), timezone.now()
    figures, document, comments = _content(report, at)
    acts = REPORT_PAGE.shown(REPORT_ACTS, report, request.user, filled=filled, slug=slug)
    by_slug = {each.slug: each for each in acts}
    context = _shown(figures, document, comments, is_draft=not report.is_issued) | {
        "report": report,
        "chip": _chip(report, at),
        "facts": document.facts,
        "versions": list(lists.versions_of(report.month)),
        "acts": [each for each in acts if each.slug != "comment"],
        "comment": by_slug.get("comment"),
        "comment_forms": _comment_forms(comments, filled if slug == "comment" else None),
        "problem": problem,
        "actions": [_action_row(row, request, at) for row in lists.actions_of(report)],
        "history": entries(
            Event.objects.filter(subject="monthly", subject_id=report.pk)
            .select_related("by")
            .order_by("at", "pk")
        ),
    }
    response = render(request, "outages/monthly/report.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _comment_forms(comments: Mapping[str, Any], filled: Any) -> dict[str, CommentForm]:
    forms = {}
    for section in MonthlySection:
        written = comments.get(section)
        initial = {"section": section, "text": written.text if written else ""}
        forms[str(section)] = CommentForm(initial=initial, auto_id=f"comment-{section}-%s")
    if filled is not None and filled.data.get("section") in forms:
        forms[filled.data["section"]] = filled
    return forms


def _action_row(row: ActionItem, request: HttpRequest, at: datetime) -> dict[str, Any]:
    shown = ACTION_PAGE.shown([CLOSE_ACTION], row, request.user, filled=None, slug="")
    forbidden = CLOSE_ACTION.forbids is not None and CLOSE_ACTION.forbids(row, request.user)
    is_late = row.closed_at is None and row.due_on < timezone.localdate(at)
    tone = "danger" if is_late else "busy"
    label = _("overdue") if is_late else pgettext("action", "open")
    if row.closed_at is not None:
        tone, label = ("ok" if row.result == "done" else "draft"), row.get_result_display()
    return {
        "row": row,
        "chip": (tone, label),
        "act": None if forbidden else next(iter(shown), None),
    }


REPORT_PAGE: ActPage[MonthlyReport] = ActPage(
    find=_find,
    url=lambda report: reverse(
        "outages:monthly-report",
        args=[getattr(lists.versions_of(report.month).first(), "pk", report.pk)],
    ),
    act_url=lambda report, slug: reverse(f"outages:monthly-{slug}", args=[report.pk]),
    show=_show,
)
REPORT_ACT_VIEWS: Final = {act.slug: REPORT_PAGE.view(act) for act in REPORT_ACTS}


def _find_action(key: str) -> ActionItem:
    rows = ActionItem.objects.select_related("department", "monthly")
    return get_object_or_404(rows, pk=key)


def _show_action(request: HttpRequest, action: ActionItem, **more: Any) -> HttpResponse:
    """Answer a form that does not hold with the report's page."""
    problem = more.get("problem") or _("Say what came of it, and whether it is done.")
    return _show(request, action.monthly, status=more.get("status", 200), problem=problem)


ACTION_PAGE: ActPage[ActionItem] = ActPage(
    find=_find_action,
    url=lambda action: f"{reverse('outages:monthly-report', args=[action.monthly_id])}#actions",
    act_url=lambda action, _slug: reverse("outages:monthly-action-close", args=[action.pk]),
    show=_show_action,
)
close_action: Final = ACTION_PAGE.view(CLOSE_ACTION)


@require_safe
@may(SEES)
def monthly_report(request: HttpRequest, key: int) -> HttpResponseBase:
    """Show one version; `format=csv`, `xlsx` or `pdf` gives it as a file."""
    report = _find(str(key))
    if (form := request.GET.get("format")) in FORMS:
        figures, document, comments = _content(report, timezone.now())
        paper = _paper(figures, document, comments, is_draft=not report.is_issued)
        return file_answer(document, form, template=PAPER, **paper)
    return _show(request, report)


@require_safe
@never_cache
@may(SEES)
def monthly_print(request: HttpRequest, key: int) -> HttpResponse:
    """Show one version for the browser's printer."""
    report = _find(str(key))
    figures, document, comments = _content(report, timezone.now())
    paper = _paper(figures, document, comments, is_draft=not report.is_issued)
    return HttpResponse(paper_page(PAPER, {"document": document, "for_pdf": False, **paper}))


@require_POST
@may("outages.view_outages", "outages.write_monthly")
def monthly_draft(request: HttpRequest) -> HttpResponse:
    """Draft the report that should be there and is not."""
    at = timezone.now()
    _choice, draft_day = lists.period_choice(at=at)
    month = month_drafted_by(timezone.localdate(at), draft_day=draft_day)
    report = monthly.draft_month(month, by=acting(request), at=at)
    messages.success(request, _("Drafted."))
    return redirect("outages:monthly-report", report.pk)
