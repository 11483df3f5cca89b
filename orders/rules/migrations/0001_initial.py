import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('key', models.CharField(blank=True, editable=False, max_length=40)),
                ('event', models.CharField(choices=[('received', 'is received'), ('released', 'is released'), ('shipped', 'is shipped'), ('delivered', 'is delivered'), ('cancelled', 'is cancelled'), ('schedule', 'is looked at on a schedule'), ('by_hand', 'is marked by a person')], max_length=12, verbose_name='when an order')),
                ('every_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='every so many minutes')),
                ('daily_at', models.TimeField(blank=True, null=True, verbose_name='daily at')),
                ('time_zone', models.CharField(default='Europe/Berlin', max_length=64, verbose_name='time zone')),
                ('next_slot_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next slot')),
                ('conditions', models.JSONField(verbose_name='conditions')),
                ('actions', models.JSONField(verbose_name='actions')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('enabled', models.BooleanField(default=False, verbose_name='on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('made_by', models.CharField(max_length=150, verbose_name='made by')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('changed_by', models.CharField(max_length=150, verbose_name='changed by')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='taken away')),
            ],
            options={
                'verbose_name': 'rule',
                'verbose_name_plural': 'rules',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='one_rule_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notice', 'notice'), ('rule_failed', 'a rule failed')], default='notice', max_length=12, verbose_name='kind')),
                ('text', models.TextField(verbose_name='text')),
                ('made_by', models.CharField(max_length=150, verbose_name='by')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('done_by', models.CharField(blank=True, max_length=150, verbose_name='done by')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='orders.order', verbose_name='order')),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='rules.rule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['made_at'], name='notice_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at__isnull', True), ('kind', 'rule_failed')), fields=('rule',), name='one_open_notice_per_failed_rule')],
            },
        ),
        migrations.CreateModel(
            name='RuleJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.DateTimeField(blank=True, null=True, verbose_name='slot')),
                ('since', models.DateTimeField(blank=True, null=True, verbose_name='received from')),
                ('after', models.BigIntegerField(default=0)),
                ('until', models.BigIntegerField(default=0)),
                ('looked_at', models.PositiveIntegerField(default=0, verbose_name='looked at')),
                ('matched', models.PositiveIntegerField(default=0, verbose_name='conditions held')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='failed')),
                ('expected', models.PositiveIntegerField(blank=True, null=True, verbose_name='expected')),
                ('asked_by', models.CharField(blank=True, max_length=150, verbose_name='asked for by')),
                ('begun_at', models.DateTimeField(auto_now_add=True, verbose_name='begun')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('stopped_by', models.CharField(blank=True, max_length=150, verbose_name='stopped by')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='rules.rule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'rule at work on many orders',
                'verbose_name_plural': 'rules at work on many orders',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['id'], name='rule_job_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('slot__isnull', False)), fields=('rule', 'slot'), name='one_job_per_slot'), models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True), ('slot__isnull', True)), fields=('rule',), name='one_past_job_at_once')],
            },
        ),
        migrations.CreateModel(
            name='RuleRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=80, verbose_name='cause')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('outcome', models.CharField(choices=[('done', 'done'), ('nothing', 'nothing to do'), ('failed', 'failed')], max_length=8, verbose_name='outcome')),
                ('finding', models.JSONField(default=dict, verbose_name='conditions')),
                ('actions', models.JSONField(default=list, verbose_name='actions')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('asked_by', models.CharField(blank=True, max_length=150, verbose_name='asked for by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rule_runs', to='orders.order', verbose_name='order')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='rules.rule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'run of a rule',
                'verbose_name_plural': 'runs of rules',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['rule', '-id'], name='rule_run_newest')],
                'constraints': [models.UniqueConstraint(fields=('order', 'rule', 'source'), name='one_run_per_cause')],
            },
        ),
    ]
