"""Addresses of the crews and the call desk."""

from django.urls import URLPattern, URLResolver, path

from outages.views import crew, crew_offline, desk

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
    path("work-orders/<str:number>/batch", crew_offline.batch, name="work-order-batch"),
    path("work-orders/<str:number>/repair", crew.repair, name="work-order-repair"),
    path("work-orders/<str:number>/result", crew.result, name="work-order-result"),
    path("desk/", desk.desk, name="desk"),
    path("desk/duplicates", desk.duplicates, name="desk-duplicates"),
    path("desk/report", desk.take_report, name="desk-report"),
    path("desk/close", desk.close_call, name="desk-close"),
    path("desk/customers/<int:customer_id>/phone", desk.show_phone, name="desk-customer-phone"),
]
