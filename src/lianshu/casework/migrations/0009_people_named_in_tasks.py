from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casework", "0008_covering_indexes_of_open_work"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("user_id__isnull", False)),
                fields=["user_id", "case"],
                name="task_naming_a_person",
            ),
        ),
    ]
