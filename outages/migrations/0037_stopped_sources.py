"""An outage names the sources that it stops, so that their interruptions can be counted."""

from typing import Any

from django.db import migrations, models


def name_sources(apps: Any, _editor: Any) -> None:
    """Take them from what was noted when a plant's unplanned stop was opened."""
    event, outage = apps.get_model("outages", "Event"), apps.get_model("outages", "Outage")
    noted = event.objects.filter(verb="outage_opened", facts__has_key="sources")
    for outage_id, facts in noted.values_list("outage_id", "facts"):
        outage.objects.filter(pk=outage_id).update(sources=facts["sources"])


class Migration(migrations.Migration):
    dependencies = [("outages", "0036_rating_links")]
    operations = [
        migrations.AddField(
            model_name="outage",
            name="sources",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="supplyspell",
            name="basis",
            field=models.CharField(
                choices=[
                    ("valves", "signed valve steps, or a stopped source"),
                    ("reported", "report of no water"),
                    ("recorded", "recorded outside any outage"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(name_sources, migrations.RunPython.noop),
    ]
