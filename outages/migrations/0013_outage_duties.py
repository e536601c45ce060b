
import django.contrib.gis.db.models.fields
import django.db.models.deletion
import outages.workflow
import uuid
from django.conf import settings
from django.db import migrations, models


KEPT = (
    "outagetask",
    "outagesheet",
    "permit",
    "leaderapproval",
    "exchangemessage",
    "anomaly",
    "supplypoint",
)
FORBID = "".join(
    f"""
CREATE TRIGGER outages_{table}_not_deleted BEFORE DELETE ON outages_{table}
    FOR EACH ROW EXECUTE FUNCTION outages_refuse_deletion();
"""
    for table in KEPT
)
ALLOW = "".join(f"DROP TRIGGER outages_{table}_not_deleted ON outages_{table};" for table in KEPT)


class Migration(migrations.Migration):

    dependencies = [
        ('outages', '0012_pressures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='outage',
            name='handed_over_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='outage',
            name='severity',
            field=models.CharField(choices=[('ordinary', 'ordinary'), ('major', 'major'), ('emergency', 'emergency')], default='ordinary', max_length=10),
        ),
        migrations.CreateModel(
            name='OutageSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('place', models.CharField(max_length=200)),
                ('area', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('valves', models.JSONField(default=list)),
                ('sources', models.JSONField(default=list)),
                ('on_trunk_road', models.BooleanField()),
                ('customers', models.PositiveIntegerField()),
                ('persons', models.PositiveIntegerField()),
                ('handed_over_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('handed_over_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='outages.outage')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='outages.isolationplan')),
                ('read_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('hand_over_sheet', 'Can hand over outage sheets and record permits')],
            },
        ),
        migrations.CreateModel(
            name='LeaderApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('requested', 'requested'), ('approved', 'approved'), ('rejected', 'rejected')], default=outages.workflow.ApprovalStatus['REQUESTED'], max_length=10)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=300)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='outages.outage')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='outages.outagesheet')),
            ],
            options={
                'permissions': [('approve_outage', 'Can approve the plans of plant outages')],
            },
        ),
        migrations.CreateModel(
            name='OutageTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(choices=[('outage_sheet', 'outage_sheet'), ('leader_approval', 'leader_approval'), ('permit', 'permit'), ('posting', 'posting'), ('wechat_and_website', 'wechat_and_website'), ('sms', 'sms'), ('phone_organisations', 'phone_organisations'), ('phone_key_users', 'phone_key_users'), ('tell_special_users', 'tell_special_users'), ('phone_production', 'phone_production'), ('phone_leader', 'phone_leader'), ('notify_bureau_section', 'notify_bureau_section'), ('portal', 'portal'), ('newspaper', 'newspaper'), ('exchange', 'exchange'), ('report_upward', 'report_upward'), ('emergency_step', 'emergency_step')], max_length=24)),
                ('about', models.CharField(choices=[('first', 'the outage'), ('update', 'a change'), ('correction', 'water stays on after all'), ('all_clear', 'water is back'), ('cancellation', 'called off')], default='first', max_length=12)),
                ('round', models.PositiveSmallIntegerField(default=0)),
                ('target', models.CharField(blank=True, max_length=80)),
                ('target_name', models.CharField(blank=True, max_length=120)),
                ('target_name_en', models.CharField(blank=True, max_length=120)),
                ('geom', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ('owner', models.CharField(choices=[('call_centre', 'call_centre'), ('engineering', 'engineering'), ('production', 'production'), ('company_leader', 'company_leader')], max_length=16)),
                ('due', models.CharField(choices=[('at_once', 'at_once'), ('on_receipt', 'on_receipt'), ('key_user_notice', 'key_user_notice'), ('before_start', 'before_start')], max_length=16)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('gate', models.CharField(choices=[('none', 'none'), ('hand_over', 'hand_over'), ('publish', 'publish'), ('start', 'start'), ('warn', 'warn')], max_length=10)),
                ('article', models.CharField(max_length=40)),
                ('status', models.CharField(choices=[('pending', 'pending'), ('done', 'done'), ('failed', 'failed'), ('not_needed', 'not_needed')], default=outages.workflow.DutyStatus['PENDING'], max_length=10)),
                ('made_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('call_result', models.CharField(blank=True, choices=[('reached', 'reached'), ('no_answer', 'no answer'), ('wrong_number', 'wrong number')], max_length=12)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('again_at', models.DateTimeField(blank=True, null=True)),
                ('told_to', models.CharField(blank=True, max_length=80)),
                ('evidence', models.CharField(blank=True, max_length=300)),
                ('evidence_url', models.URLField(blank=True, max_length=300)),
                ('recording', models.CharField(blank=True, max_length=80)),
                ('photo', models.ImageField(blank=True, upload_to='duties/%Y/%m/')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='outages.outage')),
            ],
            options={
                'permissions': [('act_for_call_centre', 'Can do the duties of the call centre'), ('act_for_engineering', 'Can do the duties of the engineering company'), ('act_for_production', 'Can do the duties of the production department'), ('act_for_company_leader', 'Can do the duties of the company leader')],
            },
        ),
        migrations.CreateModel(
            name='Permit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('required', 'required'), ('applied', 'applied'), ('approved', 'approved'), ('rejected', 'rejected')], default=outages.workflow.PermitStatus['REQUIRED'], max_length=10)),
                ('authority', models.CharField(max_length=80)),
                ('required_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('document', models.FileField(blank=True, upload_to='permits/%Y/%m/')),
                ('outage', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='permit', to='outages.outage')),
            ],
        ),
        migrations.CreateModel(
            name='SupplyPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('standpipe', 'standpipe'), ('tanker', 'water tanker')], max_length=10)),
                ('status', models.CharField(choices=[('proposed', 'proposed'), ('confirmed', 'confirmed'), ('withdrawn', 'taken back')], default='proposed', max_length=10)),
                ('asset', models.CharField(blank=True, max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('geom', django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ('persons', models.PositiveIntegerField(default=0)),
                ('farthest_m', models.FloatField(blank=True, null=True)),
                ('hours', models.CharField(blank=True, max_length=60)),
                ('made_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supply_points', to='outages.outage')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Anomaly',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(choices=[('pressure', 'pressure out of range'), ('flow', 'flow out of range'), ('level', 'tank level'), ('pump', 'pump or plant stopped'), ('quality', 'water quality'), ('other', 'other')], max_length=10)),
                ('place', models.CharField(max_length=200)),
                ('text', models.CharField(max_length=500)),
                ('geom', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326)),
                ('observed_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='anomalies', to='outages.outage')),
                ('told_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'anomalies',
                'permissions': [('report_anomaly', "Can report anomalies of the network's operation")],
                'indexes': [models.Index(condition=models.Q(('acknowledged_at__isnull', True)), fields=['received_at'], name='anomalies_unread')],
            },
        ),
        migrations.CreateModel(
            name='ExchangeMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('direction', models.CharField(choices=[('to_dispatch', 'to the dispatch centre'), ('to_call_centre', 'to the call centre')], max_length=14)),
                ('cause', models.CharField(max_length=12)),
                ('outage_status', models.CharField(max_length=18)),
                ('leak_location', models.CharField(blank=True, max_length=200)),
                ('pipe_diameter', models.CharField(blank=True, max_length=60)),
                ('valve_states', models.JSONField(default=list)),
                ('valve_text', models.CharField(blank=True, max_length=300)),
                ('affected_area', models.CharField(blank=True, max_length=300)),
                ('persons', models.PositiveIntegerField(default=0)),
                ('expected_repair_at', models.DateTimeField(blank=True, null=True)),
                ('remark', models.CharField(blank=True, max_length=300)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('sent_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exchanges', to='outages.outage')),
                ('read_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent_at', '-pk'],
                'permissions': [('exchange', 'Can exchange messages with the dispatch centre')],
                'constraints': [models.UniqueConstraint(fields=('outage', 'number'), name='exchange_number'), models.CheckConstraint(condition=models.Q(models.Q(('direction', 'to_dispatch'), _negated=True), models.Q(models.Q(('leak_location', ''), _negated=True), models.Q(('pipe_diameter', ''), _negated=True), models.Q(('valve_text', ''), _negated=True), models.Q(('affected_area', ''), _negated=True), ('expected_repair_at__isnull', False)), _connector='OR'), name='exchange_has_its_items')],
            },
        ),
        migrations.AddConstraint(
            model_name='outagesheet',
            constraint=models.UniqueConstraint(fields=('outage', 'version'), name='sheet_version'),
        ),
        migrations.AddConstraint(
            model_name='outagesheet',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='sheet_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='outagesheet',
            constraint=models.CheckConstraint(condition=models.Q(('place', ''), _negated=True), name='sheet_has_place'),
        ),
        migrations.AddConstraint(
            model_name='leaderapproval',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'requested')), fields=('outage',), name='one_open_approval'),
        ),
        migrations.AddIndex(
            model_name='outagetask',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['owner', 'due_at'], name='duties_to_do'),
        ),
        migrations.AddConstraint(
            model_name='outagetask',
            constraint=models.UniqueConstraint(fields=('outage', 'task', 'target', 'round'), name='one_duty_per_target_and_round'),
        ),
        migrations.AddConstraint(
            model_name='outagetask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'done'), _negated=True), ('done_at__isnull', False), _connector='OR'), name='done_duty_has_time'),
        ),
        migrations.AddConstraint(
            model_name='outagetask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['failed', 'not_needed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='dropped_duty_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='permit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'approved'), _negated=True), models.Q(models.Q(('number', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='approved_permit_has_number'),
        ),
        migrations.AddConstraint(
            model_name='supplypoint',
            constraint=models.UniqueConstraint(condition=models.Q(('asset', ''), _negated=True), fields=('outage', 'asset'), name='one_supply_point_per_asset'),
        ),
        migrations.AddConstraint(
            model_name='supplypoint',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='supply_point_has_name'),
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
