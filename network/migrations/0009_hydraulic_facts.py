"""Heights, heads and demands: what pressures are reckoned from. All optional."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0008_criticality")]

    operations = [
        migrations.AddField("junction", "demand_m3_d", models.FloatField(blank=True, null=True)),
        migrations.AddField("pipe", "roughness", models.FloatField(blank=True, null=True)),
        migrations.AddField("pipe", "setting", models.FloatField(blank=True, null=True)),
        migrations.AddField("pipe", "pump_curve", models.CharField(blank=True, max_length=200, default=""), preserve_default=False),
        migrations.AddField("source", "head_m", models.FloatField(blank=True, null=True)),
        migrations.AddField("customer", "demand_m3_d", models.FloatField(blank=True, null=True)),
    ]
