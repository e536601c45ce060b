"""A plan is stored before its steps are made; until then it says what they are to be made of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outages", "0026_received_once")]
    operations = [
        migrations.AddField(
            model_name="isolationplan",
            name="steps_to_make",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
