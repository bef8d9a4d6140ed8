"""Schedules as published, where they are switched on, and what came of each time."""

import django.db.models.deletion
import lianshu.records.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_who_made_the_link'),
        ('registry', '0004_identity_and_chains'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule', models.SlugField(max_length=40, verbose_name='日程')),
                ('version', models.PositiveIntegerField(verbose_name='版本')),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('definition', models.TextField()),
                ('published_at', models.DateTimeField(verbose_name='发布时间')),
                ('published_by_id', models.BigIntegerField(null=True)),
            ],
            options={
                'ordering': ['schedule', '-version'],
                'constraints': [models.UniqueConstraint(fields=('schedule', 'version'), name='one_row_per_schedule_version')],
            },
        ),
        migrations.CreateModel(
            name='Recurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', lianshu.records.fields.OpaqueIdField()),
                ('schedule', models.SlugField(max_length=40)),
                ('opening', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=100, verbose_name='事项')),
                ('active', models.BooleanField(default=True, verbose_name='已开启')),
                ('anchor', models.DateField(verbose_name='起算日期')),
                ('next_day', models.DateField(null=True)),
                ('next_at', models.DateTimeField(null=True, verbose_name='下次')),
                ('changed_at', models.DateTimeField()),
                ('changed_by_id', models.BigIntegerField(null=True)),
                ('changed_by_name', models.CharField(blank=True, max_length=150)),
                ('chain', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='registry.chain', verbose_name='产业链')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='registry.organisation', verbose_name='单位')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='registry.region', verbose_name='区域')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='casework.scheduleversion')),
            ],
            options={
                'ordering': ['schedule', 'opening', 'region', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RecurredCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('due_at', models.DateTimeField(verbose_name='应开时间')),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('opened', '已开出'), ('missed', '错过'), ('failed', '没能开出')], max_length=8, verbose_name='结果')),
                ('note', models.CharField(blank=True, max_length=300)),
                ('case', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recurred', to='casework.case')),
                ('recurrence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='casework.recurrence')),
            ],
            options={
                'ordering': ['recurrence', '-day'],
                'constraints': [models.UniqueConstraint(fields=('recurrence', 'day'), name='one_outcome_per_time'), models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', False), ('outcome', 'opened')), models.Q(models.Q(('outcome', 'opened'), _negated=True), ('case__isnull', True)), _connector='OR'), name='recurred_opened_has_a_case')],
            },
        ),
        migrations.AddIndex(
            model_name='recurrence',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='recurrence_due'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.UniqueConstraint(condition=models.Q(('chain__isnull', True)), fields=('schedule', 'opening', 'region'), name='one_recurrence_per_region'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.UniqueConstraint(condition=models.Q(('chain__isnull', False)), fields=('schedule', 'opening', 'region', 'chain'), name='one_recurrence_per_chain'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.CheckConstraint(condition=models.Q(('active', True), models.Q(('next_at__isnull', True), ('next_day__isnull', True)), _connector='OR'), name='recurrence_off_has_no_next'),
        ),
    ]
