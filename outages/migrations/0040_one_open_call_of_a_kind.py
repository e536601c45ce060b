"""A call is owed once: two that came in at the same moment are one."""

from django.db import migrations, models
from django.db.models import Q

# Of two that stand open for the same thing the later one ends, saying why.
_END_REPEATS = """
    UPDATE outages_followup later
    SET done_at = later.created_at, outcome = '重复 (entered twice)'
    FROM outages_followup earlier
    WHERE earlier.report_id = later.report_id AND earlier.kind = later.kind
      AND earlier.order_id IS NOT DISTINCT FROM later.order_id
      AND earlier.done_at IS NULL AND later.done_at IS NULL AND earlier.id < later.id
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0039_forms_sent_once")]
    operations = [
        # What was entered twice stays ended; there is nothing to take back.
        migrations.RunSQL(_END_REPEATS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.UniqueConstraint(
                fields=["report", "kind"],
                condition=Q(done_at__isnull=True, order__isnull=True),
                name="one_open_call_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.UniqueConstraint(
                fields=["report", "kind", "order"],
                condition=Q(done_at__isnull=True),
                name="one_open_call_of_an_order",
            ),
        ),
    ]
