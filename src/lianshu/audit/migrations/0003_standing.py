from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_behalf'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='standing',
            field=models.CharField(blank=True, default='', max_length=40),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(
                condition=~Q(standing=''), fields=['standing', '-at'], name='audit_by_standing'
            ),
        ),
    ]
