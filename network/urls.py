from django.urls import path

from network import views

app_name = "network"

urlpatterns = [
    path("check/", views.check, name="check"),
    path("check/<int:run>/findings.json", views.check_findings, name="check-findings"),
]
