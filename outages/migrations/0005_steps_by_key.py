"""Find a step by the key that a phone gave it without reading the outage's events."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    dependencies = [("outages", "0004_customers_by_name")]
    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                KeyTextTransform("client_key", "facts"),
                condition=models.Q(("subject", "operation")),
                name="events_by_key",
            ),
        ),
    ]
