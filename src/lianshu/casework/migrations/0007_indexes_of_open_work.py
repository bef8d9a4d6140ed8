from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casework", "0006_consultation"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["loop_version", "step"],
                name="case_open_on_board",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-opened_at", "-id"], name="case_latest"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), ("user_id__isnull", False)),
                fields=["user_id", "due_at"],
                name="task_of_person",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["due_at", "id"],
                name="task_open_by_due",
            ),
        ),
    ]
