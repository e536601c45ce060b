"""Accounts in the administration site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gisapp.accounts.models import User


@admin.register(User)
class StaffAdmin(UserAdmin):
    """The stock user pages, plus the fields of the utility."""

    list_display = ("username", "display_name", "department_code", "crew_code", "is_active")
    list_filter = ("groups", "department_code", "is_active")
    search_fields = ("username", "display_name", "phone")
    fieldsets = (
        *UserAdmin.fieldsets,  # type: ignore[misc]
        (
            _("Utility"),
            {"fields": ("display_name", "phone", "department_code", "crew_code", "language")},
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what somebody did keeps their name. Who leaves is made inactive."""
        return False
