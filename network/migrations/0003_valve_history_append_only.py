"""Make the history of valve states append-only in the database, not by convention.

The trigger protects, it never acts. TRUNCATE is left to the owner of the table: an application
role does not have it, and the tests' clean-up does.
"""

from django.db import migrations

PROTECT = """
CREATE FUNCTION network_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: rows are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER network_valvestatechange_append_only
    BEFORE UPDATE OR DELETE ON network_valvestatechange
    FOR EACH ROW EXECUTE FUNCTION network_refuse_history_change();
"""
RELEASE = """
DROP TRIGGER network_valvestatechange_append_only ON network_valvestatechange;
DROP FUNCTION network_refuse_history_change();
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0002_network_records")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
