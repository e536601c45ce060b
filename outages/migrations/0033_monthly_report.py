"""The monthly report, its comments and actions; what is issued is never changed."""

import django.db.models.deletion
import outages.workflow
from django.conf import settings
from django.db import migrations, models


# An issued report is a document: nobody changes it, its comments or its days.
PROTECT = """
CREATE FUNCTION outages_refuse_issued_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'monthly report % is issued: correct it by another version', OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER outages_monthlyreport_issued BEFORE UPDATE ON outages_monthlyreport
    FOR EACH ROW WHEN (OLD.status = 'issued') EXECUTE FUNCTION outages_refuse_issued_change();
CREATE FUNCTION outages_refuse_late_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM outages_monthlyreport
               WHERE id = NEW.report_id AND status = 'issued') THEN
        RAISE EXCEPTION 'monthly report % is issued: correct it by another version', NEW.report_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER outages_monthlycomment_in_time BEFORE INSERT ON outages_monthlycomment
    FOR EACH ROW EXECUTE FUNCTION outages_refuse_late_comment();
"""
RELEASE = """
DROP TRIGGER outages_monthlycomment_in_time ON outages_monthlycomment;
DROP FUNCTION outages_refuse_late_comment();
DROP TRIGGER outages_monthlyreport_issued ON outages_monthlyreport;
DROP FUNCTION outages_refuse_issued_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('outages', '0032_plan_that_the_public_sees'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthlyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('red_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('draft', 'draft'), ('issued', 'issued')], default=outages.workflow.MonthlyStatus['DRAFT'], max_length=8)),
                ('drafted_at', models.DateTimeField()),
                ('correction_reason', models.CharField(blank=True, max_length=300)),
                ('figures', models.JSONField(blank=True, null=True)),
                ('issued_at', models.DateTimeField(blank=True, null=True)),
                ('issuer_name', models.CharField(blank=True, max_length=150)),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='outages.monthlyreport')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-month', '-version'],
                'permissions': [('view_monthly', 'Can read the monthly report'), ('write_monthly', 'Can comment on the monthly report and keep its actions'), ('issue_monthly', 'Can issue and correct the monthly report')],
            },
        ),
        migrations.CreateModel(
            name='MonthlyComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(choices=[('complaints', 'Complaints handled'), ('call_backs', 'Call-backs'), ('analysis', 'Analysis')], max_length=12)),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='outages.monthlyreport')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=160)),
                ('task', models.CharField(max_length=300)),
                ('owner', models.CharField(max_length=80)),
                ('due_on', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('result', models.CharField(blank=True, choices=[('done', 'done'), ('dropped', 'given up')], max_length=8)),
                ('outcome', models.CharField(blank=True, max_length=300)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outages.department')),
                ('monthly', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='outages.monthlyreport')),
            ],
            options={
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.UniqueConstraint(fields=('month', 'version'), name='monthly_versions'),
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('month',), name='one_monthly_draft'),
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('figures__isnull', True), ('issued_at', None), ('status', 'draft')), models.Q(('figures__isnull', False), ('issued_at__isnull', False), ('status', 'issued'), models.Q(('issuer_name', ''), _negated=True)), _connector='OR'), name='issued_with_figures_name_and_time'),
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects', None), ('version', 1)), models.Q(('corrects__isnull', False), ('version__gt', 1), models.Q(('correction_reason', ''), _negated=True)), _connector='OR'), name='later_versions_correct_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='monthly_days_in_order'),
        ),
        migrations.AddIndex(
            model_name='actionitem',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['due_on'], name='actions_open'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('outcome', ''), ('result', '')), models.Q(('closed_at__isnull', False), models.Q(('result', ''), _negated=True), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='closed_action_says_what_came_of_it'),
        ),
        migrations.RunSQL(PROTECT, RELEASE),
    ]
