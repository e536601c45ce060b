from django.db import migrations, models


class Migration(migrations.Migration):
    """A run waits as a row, and whoever reckons it holds a lease."""

    dependencies = [("network", "0009_hydraulic_facts")]

    operations = [
        migrations.AlterField(
            model_name="criticalityrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "asked for"),
                    ("running", "running"),
                    ("finished", "finished"),
                    ("failed", "failed"),
                ],
                default="running",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="criticalityrun",
            name="state_digest",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="criticalityrun",
            name="lease",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="criticalityrun",
            name="seen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
