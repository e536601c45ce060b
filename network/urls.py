from django.urls import path

from network.views import assets, check, risk, states

app_name = "network"

# An id is the utility's own and may hold a slash; only cards end with one.
urlpatterns = [
    path("check/", check.check, name="check"),
    path("check/<int:run>/findings.json", check.check_findings, name="check-findings"),
    path("risk/", risk.risk, name="risk"),
    path("risk/progress", risk.risk_progress, name="risk-progress"),
    path("risk/<int:run>/export.<str:form>", risk.risk_export, name="risk-export"),
    path("valve/<path:asset_id>/record", states.record_valve, name="valve-record"),
    path("valve/<path:asset_id>/take-back", states.take_back_valve, name="valve-take-back"),
    path("source/<path:asset_id>/record", states.record_source, name="source-record"),
    path("source/<path:asset_id>/take-back", states.take_back_source, name="source-take-back"),
    path("<str:kind>/<path:asset_id>/", assets.asset, name="asset"),
]
