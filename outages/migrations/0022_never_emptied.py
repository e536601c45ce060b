"""The third refusal besides changing and deleting: a table that is kept is never emptied.

Which tables it stands on says the list in `gisapp/guards.py`, by which the triggers are raised
after each migration. The tests' clean-up empties tables and says so by a setting of its session.
"""

from django.db import migrations

PROTECT = """
CREATE FUNCTION outages_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('mainbreak.may_empty', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is not emptied: what happened is kept', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;
-- Not every table's key is called id.
CREATE OR REPLACE FUNCTION outages_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is not deleted: void, cancel or supersede it with a reason',
        TG_TABLE_NAME, to_jsonb(OLD) ->> 'id' USING ERRCODE = 'restrict_violation';
END;
$$;
"""
RELEASE = """
DROP FUNCTION outages_refuse_emptying() CASCADE;
CREATE OR REPLACE FUNCTION outages_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is not deleted: void, cancel or supersede it with a reason',
        TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0019_duty")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
