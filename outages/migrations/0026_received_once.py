"""When a report was received is written once: it starts every clock (INT-03)."""

from django.db import migrations, models

PROTECT = """
CREATE FUNCTION outages_refuse_new_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'report %: when it was received is never changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER outages_burstreport_received BEFORE UPDATE ON outages_burstreport FOR EACH ROW
    WHEN (OLD.received_at IS DISTINCT FROM NEW.received_at)
    EXECUTE FUNCTION outages_refuse_new_start();
"""
RELEASE = """
DROP TRIGGER outages_burstreport_received ON outages_burstreport;
DROP FUNCTION outages_refuse_new_start();
"""
KINDS = [
    ("promised", "call promised"),
    ("after_transfer", "call after a transfer"),
    ("tell_delay", "tell the user of the delay"),
    ("ask_crew", "ask the crew"),
    ("answer", "answer the complaint"),
]


class Migration(migrations.Migration):
    dependencies = [("outages", "0024_one_duty_list")]
    operations = [
        migrations.AlterField(
            model_name="followup",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=16),
        ),
        migrations.RunSQL(PROTECT, RELEASE),
    ]
