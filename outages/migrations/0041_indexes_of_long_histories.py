"""What is read every half minute, or at every step, is found by an index."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("outages", "0040_one_open_call_of_a_kind")]
    operations = [
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(fields=["subject", "subject_id"], name="deadlines_of_subject"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["channel", "due_at"],
                name="deliveries_not_through",
                condition=~Q(status__in=["accepted", "superseded"]),
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["channel", "due_at"],
                name="deliveries_with_trouble",
                condition=~Q(last_error=""),
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at"], name="events_by_time"),
        ),
        migrations.AddIndex(
            model_name="publicreport",
            index=models.Index(
                fields=["received_at"],
                name="public_reports_going_on",
                condition=Q(report__isnull=False, stage__in=["received", "working"]),
            ),
        ),
    ]
