"""Addresses of the crews and the call desk."""

from django.urls import URLPattern, URLResolver, path

from outages.views.crew import offline as crew_offline
from outages.views.crew import order_nodes, postings
from outages.views.crew import screens as crew
from outages.views.desk import caller_why, waited
from outages.views.desk import screens as desk
from outages.views.orders import case_page, escalations, order_lists, order_page
from outages.views.rules import registers

urlpatterns: list[URLPattern | URLResolver] = [
    path("work-orders/", crew.work_orders, name="work-orders"),
    path(
        "work-orders/service-worker.js",
        crew_offline.service_worker,
        name="work-orders-service-worker",
    ),
    path("work-orders/photos/<int:photo_id>", crew.photo, name="work-order-photo"),
    path("work-orders/<str:number>/", crew.work_order, name="work-order"),
    path("work-orders/<str:number>/map/", crew.work_order_map, name="work-order-map"),
    path("work-orders/<str:number>/milestone", crew.milestone, name="work-order-milestone"),
    path("work-orders/<str:number>/acknowledge", crew.acknowledge, name="work-order-acknowledge"),
    path(
        "work-orders/<str:number>/steps/<int:operation_id>",
        crew.record_step,
        name="work-order-step",
    ),
    path(
        "work-orders/<str:number>/steps/<int:operation_id>/photo",
        crew_offline.add_photo,
        name="work-order-step-photo",
    ),
    path("work-orders/<str:number>/phone", crew.caller_phone, name="work-order-phone"),
    path(
        "work-orders/<str:number>/postings/<int:duty_id>",
        postings.posted,
        name="work-order-posting",
    ),
    path(
        "work-orders/<str:number>/nodes/<int:node_id>",
        order_nodes.node_done,
        name="work-order-node",
    ),
    path("work-orders/<str:number>/batch", crew_offline.batch, name="work-order-batch"),
    path("work-orders/<str:number>/repair", crew.repair, name="work-order-repair"),
    path("work-orders/<str:number>/leak-back", crew.leak_back, name="work-order-leak-back"),
    path("work-orders/<str:number>/result", crew.result, name="work-order-result"),
    path("desk/", desk.desk, name="desk"),
    path("desk/duplicates", desk.duplicates, name="desk-duplicates"),
    path("desk/report", desk.take_report, name="desk-report"),
    path("desk/waited", waited.waited, name="desk-waited"),
    path("desk/close", desk.close_call, name="desk-close"),
    path("desk/customers/<int:customer_id>/why", caller_why.caller_why, name="desk-customer-why"),
    path("desk/customers/<int:customer_id>/phone", desk.show_phone, name="desk-customer-phone"),
    path("escalations/", escalations.escalation_list, name="escalations"),
    path("orders/", order_lists.order_list, name="orders"),
    path("orders/<str:number>/", order_page.order, name="order"),
    *[
        path(f"orders/<str:number>/{slug}", view, name=f"order-{slug}")
        for slug, view in order_page.ORDER_ACT_VIEWS.items()
    ],
    path("cases/", order_lists.my_cases, name="my-cases"),
    path("cases/<str:reference>/", case_page.case, name="case"),
    path("cases/<str:reference>/phone", case_page.caller_phone, name="case-phone"),
    *[
        path(f"cases/<str:reference>/{slug}", view, name=f"case-{slug}")
        for slug, view in case_page.CASE_ACT_VIEWS.items()
    ],
    path("complaints/", order_lists.complaint_list, name="complaints"),
    path("complaints/file", order_lists.complaint_file, name="complaint-file"),
    path("departments/", registers.department_list, name="departments"),
    path("departments/<str:code>/acceptors", registers.add_acceptor, name="acceptor-add"),
    path(
        "departments/acceptors/<int:acceptor_id>/retire",
        registers.retire_acceptor,
        name="acceptor-retire",
    ),
    path("departments/routes", registers.add_route, name="route-add"),
    path("departments/routes/<int:route_id>/retire", registers.retire_route, name="route-retire"),
]
