"""Rows come by the million: that their revision exists is checked once a statement.

A foreign key asks for every row, one after the other when the import commits, which took a tenth
of it. Revisions are never deleted, nor is their key changed, so a look at what came in says as
much.
"""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("customer", "hydrant", "junction", "pipe", "pipesplit", "source", "valve")
PROTECT = """
CREATE FUNCTION network_of_a_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT revision_id FROM came_in) came
               WHERE NOT EXISTS
                   (SELECT FROM network_networkrevision WHERE id = came.revision_id)) THEN
        RAISE EXCEPTION 'rows of % are of a revision that there is', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END;
$$;
""" + "".join(
    f"""
CREATE TRIGGER network_{table}_of_a_revision AFTER INSERT ON network_{table}
    REFERENCING NEW TABLE AS came_in
    FOR EACH STATEMENT EXECUTE FUNCTION network_of_a_revision();
"""
    for table in TABLES
)
RELEASE = (
    "".join(f"DROP TRIGGER network_{table}_of_a_revision ON network_{table};\n" for table in TABLES)
    + "DROP FUNCTION network_of_a_revision();"
)


class Migration(migrations.Migration):
    dependencies = [("network", "0011_revisions_by_their_constraints")]
    operations = [
        *(
            migrations.AlterField(
                model_name=table,
                name="revision",
                field=models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="network.networkrevision",
                ),
            )
            for table in TABLES
        ),
        migrations.RunSQL(PROTECT, RELEASE),
    ]
