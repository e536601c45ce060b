"""Let the application's role renew a table's statistics, which else only the table's owner may.

After an import PostgreSQL would go on planning with the numbers of the network before. The
function runs with its owner's rights, reads one table and changes nothing but what is known of it.
"""

from django.db import migrations

MADE = """
CREATE FUNCTION refresh_statistics(of_table regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE %s', of_table);
END;
$$;
REVOKE ALL ON FUNCTION refresh_statistics FROM PUBLIC;
"""
GONE = "DROP FUNCTION refresh_statistics;"


class Migration(migrations.Migration):
    dependencies = [("network", "0013_marked_customers")]
    operations = [migrations.RunSQL(MADE, GONE)]
