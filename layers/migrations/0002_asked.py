"""How often somebody asked, counted where all processes of the public side can reach it.

Unlogged: a count that a crash of the server loses was about to run out anyway. `who` is a keyed
digest, never an address. The function runs with its owner's rights, so that the public's role
needs none on the table.
"""

from django.db import migrations

COUNT = """
CREATE UNLOGGED TABLE layers_asked (
    who text PRIMARY KEY, until timestamptz NOT NULL, times integer NOT NULL
);
CREATE INDEX layers_asked_until ON layers_asked (until);
CREATE FUNCTION count_asked(asker text, within_s integer)
RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO layers_asked AS asked (who, until, times)
    VALUES (asker, clock_timestamp() + make_interval(secs => within_s), 1)
    ON CONFLICT (who) DO UPDATE SET
        times = CASE WHEN asked.until < clock_timestamp() THEN 1 ELSE asked.times + 1 END,
        until = CASE WHEN asked.until < clock_timestamp() THEN excluded.until ELSE asked.until END
    RETURNING times
$$;
REVOKE ALL ON FUNCTION count_asked FROM PUBLIC;
"""
FORGET = """
DROP FUNCTION count_asked;
DROP TABLE layers_asked;
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0001_background_and_places")]
    operations = [migrations.RunSQL(COUNT, FORGET)]
