from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """An index over the few customers whom every burst asks for."""

    dependencies = [("network", "0012_revisions_by_the_statement")]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["revision", "asset_id"],
                name="customer_marked",
                condition=Q(
                    ("key_user", True), ("large_user", True), ~Q(special_user=""), _connector="OR"
                ),
            ),
        ),
    ]
