"""Keep what happened: events are append-only, and records of the outage's life are not deleted.

The triggers protect, they never act. TRUNCATE is left to the owner of the tables: an
application role does not have it, and the tests' clean-up does.
"""

from django.db import migrations

KEPT_TABLES = (
    "outages_burstreport",
    "outages_outage",
    "outages_isolationplan",
    "outages_valveoperation",
    "outages_workorder",
    "outages_outagenotice",
    "outages_delivery",
    "outages_restorationestimate",
)

PROTECT = """
CREATE FUNCTION outages_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: rows are never changed or deleted'
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER outages_event_append_only
    BEFORE UPDATE OR DELETE ON outages_event
    FOR EACH ROW EXECUTE FUNCTION outages_refuse_event_change();
CREATE FUNCTION outages_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is not deleted: void, cancel or supersede it with a reason',
        TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END;
$$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION outages_refuse_deletion();
"""
    for table in KEPT_TABLES
)
RELEASE = (
    "".join(f"DROP TRIGGER {table}_not_deleted ON {table};\n" for table in KEPT_TABLES)
    + """
DROP FUNCTION outages_refuse_deletion();
DROP TRIGGER outages_event_append_only ON outages_event;
DROP FUNCTION outages_refuse_event_change();
"""
)


class Migration(migrations.Migration):
    dependencies = [("outages", "0001_outage_records")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
