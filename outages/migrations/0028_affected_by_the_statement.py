"""Whom a plan affects is stored by the thousand: that its plan exists is checked once a statement.

A foreign key asks for every row, which took as long as storing the row. Plans are never deleted,
nor is their key changed, so a look at the rows that come in says as much.
"""

import django.db.models.deletion
from django.db import migrations, models

PROTECT = """
CREATE FUNCTION outages_affected_of_a_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT plan_id FROM came_in) came
               WHERE NOT EXISTS (SELECT FROM outages_isolationplan WHERE id = came.plan_id)) THEN
        RAISE EXCEPTION 'customers are affected by a plan that there is'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER outages_affectedcustomer_of_a_plan AFTER INSERT ON outages_affectedcustomer
    REFERENCING NEW TABLE AS came_in
    FOR EACH STATEMENT EXECUTE FUNCTION outages_affected_of_a_plan();
"""
RELEASE = """
DROP TRIGGER outages_affectedcustomer_of_a_plan ON outages_affectedcustomer;
DROP FUNCTION outages_affected_of_a_plan();
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0027_steps_made_after_the_answer")]
    operations = [
        migrations.AlterField(
            model_name="affectedcustomer",
            name="plan",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="affected",
                to="outages.isolationplan",
            ),
        ),
        migrations.RunSQL(PROTECT, RELEASE),
    ]
