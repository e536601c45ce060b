"""Keep the history of sources like that of valves, and refuse more of what is no measure.

The trigger function is the one of 0003: it protects, it never acts.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

ON_PIPE = Q(("fraction__isnull", True), Q(("fraction__gte", 0), ("fraction__lte", 1)), _connector="OR")
PROTECT = """
CREATE TRIGGER network_sourceactivitychange_append_only
    BEFORE UPDATE OR DELETE ON network_sourceactivitychange
    FOR EACH ROW EXECUTE FUNCTION network_refuse_history_change();
"""
RELEASE = "DROP TRIGGER network_sourceactivitychange_append_only ON network_sourceactivitychange;"


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0005_run_outcomes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceActivityChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asset_id", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField()),
                ("was_active", models.BooleanField()),
                ("is_active", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=200)),
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
            ],
            options={"ordering": ["at", "pk"]},
        ),
        migrations.RunSQL(PROTECT, RELEASE),
        migrations.AlterModelOptions(
            name="networkrevision",
            options={
                "permissions": [
                    ("view_network", "Can see the network"),
                    ("import_network", "Can import a network"),
                    ("edit_network", "Can edit network data"),
                    ("operate_valves", "Can record valve states"),
                    ("operate_sources", "Can record whether sources give water"),
                ]
            },
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(condition=ON_PIPE, name="customer_fraction_on_pipe"),
        ),
        migrations.AddConstraint(
            model_name="hydrant",
            constraint=models.CheckConstraint(condition=ON_PIPE, name="hydrant_fraction_on_pipe"),
        ),
        migrations.AddConstraint(
            model_name="pipe",
            constraint=models.CheckConstraint(
                condition=Q(("length_m__lte", 1e8)), name="pipe_length_is_a_number"
            ),
        ),
    ]
