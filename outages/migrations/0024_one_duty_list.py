import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The list of things to do by hand beside the duties goes. Whoever called, when and with what result
# stands in the events (call_made, hand_completed); a call that still waits is a duty by now.
TAKE_BACK = """
    UPDATE outages_delivery SET status = 'superseded' WHERE by_hand AND status = 'pending';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('outages', '0023_call_backs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(TAKE_BACK, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='evidence',
            name='by',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='delivery',
        ),
        migrations.RemoveField(
            model_name='delivery',
            name='by_hand',
        ),
        migrations.AddField(
            model_name='deadline',
            name='about',
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name='outagetask',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='channelstate',
            name='channel',
            field=models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail'), ('wechat', 'WeChat account'), ('webhook', 'other programs'), ('push', 'group chats'), ('public_list', 'public outage page')], max_length=12, unique=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail'), ('wechat', 'WeChat account'), ('webhook', 'other programs'), ('push', 'group chats'), ('public_list', 'public outage page')], max_length=12),
        ),
        migrations.AlterField(
            model_name='inboundmessage',
            name='channel',
            field=models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail'), ('wechat', 'WeChat account'), ('webhook', 'other programs'), ('push', 'group chats'), ('public_list', 'public outage page')], max_length=12),
        ),
        migrations.AlterField(
            model_name='outagetask',
            name='article',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.DeleteModel(
            name='CallAttempt',
        ),
        migrations.DeleteModel(
            name='Evidence',
        ),
    ]
