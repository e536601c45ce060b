"""An import whose process was killed says so, instead of running for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0014_statistics_for_whoever_imports")]

    operations = [
        migrations.AlterField(
            model_name="importrun",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("running", "running"),
                    ("published", "published"),
                    ("refused", "refused"),
                    ("dry_run", "dry run"),
                    ("failed", "failed"),
                    ("broken_off", "interrupted"),
                    ("checked", "checked again"),
                ],
                default="running",
                max_length=10,
            ),
        ),
    ]
