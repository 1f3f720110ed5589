import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0005_verification'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('body', models.BinaryField()),
                ('sent_at', models.DateTimeField(help_text='When it was sent last.')),
            ],
        ),
        migrations.CreateModel(
            name='ImportSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('crashes', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('kind', models.CharField(editable=False, max_length=24)),
                ('name', models.CharField(editable=False, max_length=200, verbose_name='file')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('size', models.PositiveIntegerField(editable=False, verbose_name='bytes')),
                ('options', models.JSONField(default=dict, editable=False)),
                ('state', django_fsm.FSMField(choices=[('uploaded', 'being read'), ('previewed', 'previewed'), ('applying', 'being applied'), ('applied', 'applied'), ('partly_applied', 'partly applied'), ('failed', 'failed'), ('undoing', 'being taken back'), ('undone', 'taken back'), ('partly_undone', 'partly taken back'), ('cancelled', 'dropped')], default='uploaded', max_length=16, protected=True)),
                ('position', models.PositiveIntegerField(default=0, editable=False)),
                ('unused', models.JSONField(default=list, editable=False)),
                ('tally', models.JSONField(default=dict, editable=False)),
                ('why', models.TextField(blank=True, default='', editable=False)),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('file', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sessions', to='foundation.importfile')),
                ('user', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import',
                'indexes': [models.Index(condition=models.Q(('state__in', ('uploaded', 'applying', 'undoing'))), fields=['next_try_at'], name='import_due'), models.Index(fields=['digest', '-id'], name='import_by_digest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['applied', 'applying', 'cancelled', 'failed', 'partly_applied', 'partly_undone', 'previewed', 'undoing', 'undone', 'uploaded'])), name='import_state_word')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('key', models.CharField(blank=True, default='', max_length=200)),
                ('verb', models.CharField(choices=[('create', 'new'), ('change', 'changed'), ('same', 'unchanged'), ('refuse', 'refused')], max_length=8)),
                ('outcome', models.CharField(choices=[('ready', 'to be applied'), ('done', 'applied'), ('same', 'unchanged'), ('refused', 'refused'), ('undone', 'taken back'), ('kept', 'not taken back')], max_length=8)),
                ('changes', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('faults', models.JSONField(default=list)),
                ('object_id', models.BigIntegerField(blank=True, null=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='foundation.importsession')),
            ],
            options={
                'ordering': ['row'],
                'indexes': [models.Index(fields=['session', 'outcome', 'verb', 'row'], name='import_row_list'), models.Index(fields=['session', 'key'], name='import_row_key')],
                'constraints': [models.UniqueConstraint(fields=('session', 'row'), name='import_row_once'), models.CheckConstraint(condition=models.Q(('verb__in', ['change', 'create', 'refuse', 'same'])), name='import_verb_word'), models.CheckConstraint(condition=models.Q(('outcome__in', ['done', 'kept', 'ready', 'refused', 'same', 'undone'])), name='import_outcome_word')],
            },
        ),
    ]
