from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casework", "0007_indexes_of_open_work"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_open_on_board"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["loop_version", "step", "region", "chain", "asker", "id"],
                name="case_open_on_board",
            ),
        ),
        migrations.RemoveIndex(model_name="task", name="task_open_by_due"),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["due_at", "id", "organisation", "user_id", "region", "chain", "case"],
                name="task_open_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["case", "due_at"],
                name="task_open_of_case",
            ),
        ),
    ]
