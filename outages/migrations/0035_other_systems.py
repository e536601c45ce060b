"""Tokens open more than reports: the exchange, anomalies and the telephone system's calls."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import outages.models.intake


def _made(name: str, of: str) -> migrations.AddField:
    return migrations.AddField(
        model_name="intakerequest",
        name=name,
        field=models.OneToOneField(
            blank=True,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="intake",
            to=of,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("outages", "0034_waiting_sparing_two_providers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HotlineCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ring_at", models.DateTimeField()),
                ("answer_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("rings", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("agent", models.CharField(blank=True, max_length=40)),
                ("told_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["ring_at", "pk"],
                "indexes": [
                    models.Index(fields=["-ring_at"], name="hotline_by_time"),
                    models.Index(fields=["answered_by", "-answer_at"], name="hotline_by_agent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer_at__isnull", False), ("ended_at__isnull", True)),
                            models.Q(("answer_at__isnull", True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="hotline_answered_or_given_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_at__gte", models.F("ring_at")),
                            ("ended_at__gte", models.F("ring_at")),
                            _connector="OR",
                        ),
                        name="hotline_rings_first",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="intakeclient",
            name="scopes",
            field=models.JSONField(default=outages.models.intake.reports_alone),
        ),
        migrations.AlterField(
            model_name="intakeclient",
            name="channels",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="exchangemessage",
            name="read_by_system",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outages.intakeclient",
            ),
        ),
        migrations.AlterField(
            model_name="intakerequest",
            name="report",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="intake",
                to="outages.burstreport",
            ),
        ),
        _made("exchange", "outages.exchangemessage"),
        _made("anomaly", "outages.anomaly"),
        _made("call", "outages.hotlinecall"),
        migrations.AddConstraint(
            model_name="intakerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    *[
                        models.Q(
                            *[
                                (f"{name}__isnull", False) if name == made else (name, None)
                                for name in ("anomaly", "call", "exchange", "report")
                            ]
                        )
                        for made in ("report", "exchange", "anomaly", "call")
                    ],
                    _connector="OR",
                ),
                name="intake_made_one_thing",
            ),
        ),
    ]
