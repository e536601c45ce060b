"""Steps that drain, vent, flush and feed, besides those that close and open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outages", "0010_fewer_indexes")]

    operations = [
        migrations.AlterField(
            model_name="valveoperation",
            name="direction",
            field=models.CharField(
                choices=[
                    ("close", "close"),
                    ("drain", "see that it is dry"),
                    ("feed", "open to feed"),
                    ("vent", "let air out"),
                    ("open", "open"),
                    ("flush", "flush"),
                    ("shut", "close again"),
                ],
                max_length=5,
            ),
        ),
    ]
