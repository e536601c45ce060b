"""What the tables stand on: PostGIS for geometry, trigrams for searching addresses.

Neither is a trusted extension: where the application's role may not create them, a database
administrator does so beforehand and this migration finds them there.
"""

from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [CreateExtension("postgis"), TrigramExtension()]
