
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('outages', '0029_who_was_shown_what'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='outage',
            options={'permissions': [('view_outages', 'Can see outages'), ('view_customers', 'Can see the customers of an outage by name'), ('publish_notice', 'Can publish notices'), ('stop_plant', 'Can open outages of plants and pumps, and confirm their impact'), ('close_outage', 'Can restore and close outages'), ('view_audit', 'Can see the audit trail')]},
        ),
    ]
