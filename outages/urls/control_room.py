"""Addresses of the control room."""

from django.urls import URLPattern, URLResolver, path

from outages.views import argument, board, map, notices, outages, planned, plans, reports, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("map/", map.map_screen, name="map"),
    path("map/cases", map.cases, name="cases"),
    path("map/burst", map.burst, name="burst"),
    path("board/", board.board, name="board"),
    path("search/", search.search, name="search"),
    path("reports/", reports.report_list, name="reports"),
    path("map/reports/<int:report_id>/", reports.report, name="report"),
    path("map/reports/<int:report_id>/plan", reports.make_plan, name="report-plan"),
    path("map/reports/<int:report_id>/answer", reports.answer, name="report-answer"),
    path("map/reports/<int:report_id>/invalidate", reports.invalidate, name="report-invalidate"),
    path("map/reports/<int:report_id>/reopen", reports.reopen, name="report-reopen"),
    path("map/reports/<int:report_id>/merge", reports.merge, name="report-merge"),
    path("map/reports/<int:report_id>/unmerge", reports.unmerge, name="report-unmerge"),
    path("map/reports/<int:report_id>/place", reports.place, name="report-place"),
    path("map/plans/<int:plan_id>/", plans.plan, name="plan"),
    path("map/plans/<int:plan_id>/change", plans.adjust, name="plan-adjust"),
    path("map/plans/<int:plan_id>/approve", plans.approve, name="plan-approve"),
    path("map/plans/<int:plan_id>/adopt", plans.adopt, name="plan-adopt"),
    path("map/plans/<int:plan_id>/abort", plans.abort, name="plan-abort"),
    path("map/plans/<int:plan_id>/why", argument.why, name="plan-why"),
    path(
        "map/plans/<int:plan_id>/why-customer", argument.customer_why, name="plan-customer-why"
    ),
    path("map/plans/<int:plan_id>/options", argument.options, name="plan-options"),
    path("map/plans/<int:plan_id>/customers", plans.customers, name="plan-customers"),
    path("map/plans/<int:plan_id>/customers/<str:customer>/phone", plans.phone, name="plan-phone"),
    path("map/outages/<int:outage_id>/", outages.outage, name="outage"),
    path("map/outages/<int:outage_id>/estimate", outages.change_estimate, name="outage-estimate"),
    path("map/outages/<int:outage_id>/order", outages.order_crew, name="outage-order"),
    path("map/outages/<int:outage_id>/crew-told", outages.tell_crew, name="outage-crew-told"),
    path("map/outages/<int:outage_id>/repair", outages.record_repair, name="outage-repair"),
    path("map/outages/<int:outage_id>/reopening", outages.plan_reopening, name="outage-reopening"),
    path(
        "map/outages/<int:outage_id>/steps/<int:operation_id>/leave-closed",
        outages.leave_closed,
        name="outage-leave-closed",
    ),
    path("map/outages/<int:outage_id>/restore", outages.restore, name="outage-restore"),
    path("map/outages/<int:outage_id>/close", outages.close, name="outage-close"),
    path("map/outages/<int:outage_id>/cancel", outages.cancel, name="outage-cancel"),
    path("map/outages/<int:outage_id>/ready", outages.make_ready, name="outage-ready"),
    path("map/outages/<int:outage_id>/start", outages.start, name="outage-start"),
    path("planned/", planned.planned_list, name="planned"),
    path("map/planned", planned.new_planned, name="planned-new"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/<int:notice_id>/", notices.notice, name="notice"),
    path("notices/<int:notice_id>/publish", notices.publish, name="notice-publish"),
    path("deliveries/<int:delivery_id>/", notices.resolve, name="delivery-resolve"),
]
