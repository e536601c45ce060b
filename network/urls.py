from django.urls import path

from network.views import check

app_name = "network"

urlpatterns = [
    path("check/", check.check, name="check"),
    path("check/<int:run>/findings.json", check.check_findings, name="check-findings"),
]
