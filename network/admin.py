"""The network in the admin site: to look things up, never to change them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from network.models import ImportRun, NetworkRevision, SourceActivityChange, ValveStateChange


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("network.view_network")


@admin.register(NetworkRevision)
class NetworkRevisionAdmin(ReadOnlyAdmin):
    list_display = ("number", "status", "created_at", "source_name", "source_crs")
    exclude = ("extent",)


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "source_name", "outcome", "revision")


@admin.register(ValveStateChange)
class ValveStateChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "asset_id", "attribute", "old", "new", "by", "occasion")


@admin.register(SourceActivityChange)
class SourceActivityChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "asset_id", "was_active", "is_active", "by", "reason")
