"""The public's letter box, and the two doors to it that the public's role may use.

The functions run with their owner's rights, so that role needs none on any table. Nobody but the
roles that are granted them (`manage grant_public`) may call them.
"""

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.db.models.deletion
from django.db import migrations, models

FILE = """
CREATE FUNCTION file_public_report(
    form_key uuid, new_reference text, told_kind text, lon float8, lat float8, told_address text,
    told_description text, danger boolean, told_name text, told_phone text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT (lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90) THEN
        RAISE EXCEPTION 'no place on Earth' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO outages_publicreport (client_key, reference, received_at, kind, geom, address,
        description, is_danger, contact_name, contact_phone, stage)
    VALUES (form_key, new_reference, clock_timestamp(), told_kind,
        ST_SetSRID(ST_MakePoint(lon, lat), 4326), told_address, told_description, danger,
        told_name, told_phone, 'received')
    ON CONFLICT (client_key) DO NOTHING;
    RETURN (SELECT reference FROM outages_publicreport WHERE client_key = form_key);
END;
$$;
REVOKE ALL ON FUNCTION file_public_report FROM PUBLIC;
CREATE FUNCTION public_report_status(asked text)
RETURNS TABLE (kind text, address text, received_at timestamptz, stage text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.kind, r.address, r.received_at, r.stage
    FROM outages_publicreport r WHERE r.reference = asked
$$;
REVOKE ALL ON FUNCTION public_report_status FROM PUBLIC;
"""
UNFILE = """
DROP FUNCTION public_report_status;
DROP FUNCTION file_public_report;
"""
KINDS = ["burst", "leak", "no_water", "low_pressure", "water_quality", "other"]


class Migration(migrations.Migration):
    dependencies = [("outages", "0005_steps_by_key")]
    operations = [
        migrations.CreateModel(
            name="PublicReport",
            fields=[
                ("client_key", models.UUIDField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=20, unique=True)),
                ("received_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("burst", "burst pipe"),
                            ("leak", "leak"),
                            ("no_water", "no water"),
                            ("low_pressure", "low pressure"),
                            ("water_quality", "water quality"),
                            ("other", "other fault"),
                        ],
                        max_length=16,
                    ),
                ),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("address", models.CharField(blank=True, max_length=200)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("is_danger", models.BooleanField(default=False)),
                ("contact_name", models.CharField(blank=True, max_length=80)),
                ("contact_phone", models.CharField(blank=True, max_length=40)),
                (
                    "report",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outages.burstreport",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("working", "Working"),
                            ("done", "Done"),
                            ("answered", "Answered"),
                        ],
                        default="received",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("report__isnull", True)),
                        fields=["received_at"],
                        name="public_reports_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", KINDS)), name="public_report_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.contrib.gis.db.models.functions.IsValid("geom"),
                            models.Q(
                                django.contrib.gis.db.models.functions.IsEmpty("geom"),
                                _negated=True,
                            ),
                        ),
                        name="public_report_sound_geometry",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FILE, UNFILE),
    ]
