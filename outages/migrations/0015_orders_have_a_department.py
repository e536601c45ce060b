"""Orders that were given to crews so far belong to the department that runs the crews."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def give_departments(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    order_model = apps.get_model("outages", "WorkOrder")
    if order_model.objects.exists():
        department, _made = apps.get_model("outages", "Department").objects.get_or_create(
            code="engineering", defaults={"name": "工程公司", "name_en": "Engineering Company"}
        )
        category, _made = apps.get_model("outages", "OrderCategory").objects.get_or_create(
            code="pipe_repair",
            defaults={
                "name": "管道维修",
                "name_en": "Pipe repair",
                "department": department,
                "needs_place": True,
                "needs_leak_check": True,
            },
        )
        order_model.objects.filter(department=None).update(department=department)
        order_model.objects.filter(category=None).update(category=category)
    report_model = apps.get_model("outages", "BurstReport")
    # Whoever took a report first has been its owner all along.
    for taker in report_model.objects.values_list("taken_by", flat=True).distinct():
        report_model.objects.filter(taken_by=taker).update(first_owner=taker)


class Migration(migrations.Migration):
    dependencies = [("outages", "0014_departments_and_every_report")]
    operations = [migrations.RunPython(give_departments, migrations.RunPython.noop)]
