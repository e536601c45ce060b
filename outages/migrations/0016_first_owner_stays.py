"""A report's owner and the start of its clocks are written once; side records are not deleted."""

import django.db.models.deletion
from django.db import migrations, models

KEPT_TABLES = (
    "outages_department",
    "outages_acceptor",
    "outages_ordertransfer",
    "outages_urge",
    "outages_extensionrequest",
    "outages_escalation",
    "outages_usercontact",
    "outages_followup",
)
PROTECT = """
CREATE FUNCTION outages_refuse_new_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'report %: who took it first, and when it was received, is never changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER outages_burstreport_first_owner BEFORE UPDATE ON outages_burstreport FOR EACH ROW
    WHEN (OLD.first_owner_id IS NOT NULL AND OLD.first_owner_id IS DISTINCT FROM NEW.first_owner_id)
    EXECUTE FUNCTION outages_refuse_new_owner();
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
DROP TRIGGER outages_burstreport_first_owner ON outages_burstreport;
DROP FUNCTION outages_refuse_new_owner();
"""
)


class Migration(migrations.Migration):
    dependencies = [("outages", "0015_orders_have_a_department")]
    operations = [
        migrations.AlterField(
            model_name="workorder",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="work_orders",
                to="outages.department",
            ),
        ),
        migrations.AlterField(
            model_name="workorder",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outages.ordercategory",
            ),
        ),
        migrations.RunSQL(PROTECT, RELEASE),
    ]
