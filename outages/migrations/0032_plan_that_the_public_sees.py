"""What a reporter was promised: the plan and the day of an extension that was granted (WO-11).

One more door for the public's role, beside `public_report_status`: it reads no table either. It
answers only for what the public itself filed.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION public_report_plan(asked text)
RETURNS TABLE (plan text, until timestamptz, told timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.plan::text, e.wanted_until, e.decided_at
    FROM outages_publicreport p
    JOIN outages_burstreport r ON r.id = p.report_id
    JOIN outages_workorder o ON o.report_id IN (r.id, r.duplicate_of_id)
    JOIN outages_extensionrequest e ON e.order_id = o.id
    WHERE p.reference = asked AND e.decision = 'approved'
        AND o.finished_at IS NULL AND o.status <> 'void'
    ORDER BY e.decided_at DESC, e.id DESC
    LIMIT 1
$$;
REVOKE ALL ON FUNCTION public_report_plan FROM PUBLIC;
"""
DROP = "DROP FUNCTION public_report_plan;"


class Migration(migrations.Migration):
    dependencies = [("outages", "0031_reports_handed_in")]
    operations = [migrations.RunSQL(MAKE, DROP)]
