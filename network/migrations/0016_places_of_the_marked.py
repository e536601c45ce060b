"""Index by place only what is looked for by place: the marked customers, and no junctions.

Of two million customers the index was a fifth of what the database did for an import.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.db import migrations
from django.db.models import Q

# As PostGIS' schema editor named them.
GONE = """
DROP INDEX network_customer_geom_4521ccd8_id;
DROP INDEX network_junction_geom_d54a3f3a_id;
"""
BACK = """
CREATE INDEX network_customer_geom_4521ccd8_id ON network_customer USING gist (geom);
CREATE INDEX network_junction_geom_d54a3f3a_id ON network_junction USING gist (geom);
"""


def place(model: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name="geom",
        field=django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326),
    )


class Migration(migrations.Migration):
    dependencies = [("network", "0015_interrupted_imports")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(GONE, BACK)],
            state_operations=[place("customer"), place("junction")],
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["geom"],
                name="customer_marked_places",
                condition=Q(
                    ("key_user", True), ("large_user", True), ~Q(special_user=""), _connector="OR"
                ),
            ),
        ),
    ]
