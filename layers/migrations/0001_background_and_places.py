"""The map's own background, and the places the public may look up.

Both extensions are asked for here too, so that this does not depend on another app's numbering.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.contrib.gis.db.models.functions import IsEmpty, IsValid
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations, models
from django.db.models import Q

BACKGROUND_KINDS = [
    ("land", "land"),
    ("block", "street block"),
    ("building", "building"),
    ("park", "park"),
    ("water", "water"),
    ("rail", "railway"),
    ("street", "street"),
    ("label", "place name"),
]
PLACE_KINDS = [
    ("street", "street"),
    ("compound", "residential compound"),
    ("landmark", "landmark"),
    ("address", "address"),
]


def sound(name):
    return models.CheckConstraint(
        condition=Q(IsValid("geom")) & ~Q(IsEmpty("geom")), name=f"{name}_sound_geometry"
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        CreateExtension("postgis"),
        TrigramExtension(),
        migrations.CreateModel(
            name="BackgroundFeature",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID", auto_created=True)),
                ("kind", models.CharField(choices=BACKGROUND_KINDS, max_length=10)),
                ("klass", models.CharField(blank=True, max_length=24)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("name_en", models.CharField(blank=True, max_length=120)),
                ("width_m", models.FloatField(blank=True, null=True)),
                ("geom", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
            ],
            options={
                "indexes": [models.Index(fields=["kind"], name="background_by_kind")],
                "constraints": [
                    sound("background"),
                    models.CheckConstraint(
                        condition=Q(width_m__isnull=True) | (Q(width_m__gt=0) & Q(width_m__lt=500)),
                        name="background_width_plausible",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicPlace",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID", auto_created=True)),
                ("kind", models.CharField(choices=PLACE_KINDS, max_length=10)),
                ("name", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("search_text", models.CharField(max_length=420)),
                ("geom", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "name"), name="place_once_per_kind"),
                    sound("public_place"),
                ],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_text"], name="place_text", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(
                        fields=["search_text"],
                        name="place_prefix",
                        opclasses=["varchar_pattern_ops"],
                    ),
                ],
            },
        ),
    ]
