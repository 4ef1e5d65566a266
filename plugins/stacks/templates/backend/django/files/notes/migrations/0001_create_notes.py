from django.db import migrations, models


def write_first(apps, schema_editor):
    apps.get_model("notes", "Note").objects.create(text="The database works.")


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=255)),
            ],
            options={"db_table": "notes", "ordering": ["id"]},
        ),
        migrations.RunPython(write_first, migrations.RunPython.noop),
    ]
