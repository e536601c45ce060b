"""The people who sign in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Interface languages; values are Django language codes."""

    CHINESE = "zh-hans", "中文"
    ENGLISH = "en", "English"


class User(AbstractUser):
    """A member of staff. The public never signs in.

    `department_code` and `crew_code` are the codes of the utility's own organisation, kept as
    text: this app lies above the apps that hold the organisations.
    """

    display_name = models.CharField(_("name shown"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    department_code = models.CharField(_("department"), max_length=32, blank=True)
    crew_code = models.CharField(  # noqa: DJ001 - no crew is not the same as an empty code
        _("crew"),
        max_length=32,
        null=True,
        blank=True,
        db_index=True,
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.CHINESE
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name or self.username
