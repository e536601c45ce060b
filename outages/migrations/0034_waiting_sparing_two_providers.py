"""Messages that wait or are spared, the provider that has each, and who wants none."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHANNELS = [
    ("sms", "SMS"),
    ("email", "e-mail"),
    ("wechat", "WeChat account"),
    ("webhook", "other programs"),
    ("push", "group chats"),
    ("public_list", "public outage page"),
]
PROVIDERS = [("first", "first provider"), ("second", "second provider")]


class Migration(migrations.Migration):
    dependencies = [
        ("outages", "0033_monthly_report"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="heeds_opt_out",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="delivery",
            name="may_wait_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="provider",
            field=models.CharField(blank=True, choices=PROVIDERS, default="", max_length=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("quiet_hours", "quiet hours"),
                    ("newer_notice", "newer notice"),
                    ("opted_out", "wants no messages"),
                    ("otherwise", "asked in another way"),
                ],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="callback",
            name="turned",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_mobile", "the number takes no SMS"),
                    ("not_delivered", "the SMS did not arrive"),
                    ("dissatisfied", "dissatisfied by SMS"),
                    ("no_reply", "no reply to the SMS"),
                    ("after_visit", "asked again after the visit"),
                    ("opted_out", "wants no SMS"),
                    ("user_called", "called before the SMS went out"),
                ],
                max_length=13,
            ),
        ),
        migrations.CreateModel(
            name="ProviderState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(choices=CHANNELS, max_length=12)),
                ("provider", models.CharField(choices=PROVIDERS, max_length=6)),
                ("troubles", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(blank=True, null=True)),
                ("worked_at", models.DateTimeField(blank=True, null=True)),
                ("troubled_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "provider"), name="one_circuit_a_provider"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(choices=CHANNELS, max_length=12)),
                ("address", models.CharField(max_length=120)),
                ("is_out", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("customer", models.CharField(blank=True, max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "heard",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opt_outs",
                        to="outages.inboundmessage",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        fields=["channel", "address", "-id"], name="opt_outs_by_address"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="opt_out_says_why"
                    )
                ],
            },
        ),
    ]
