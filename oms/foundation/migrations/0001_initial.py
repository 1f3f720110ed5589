import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='PeriodicJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('due_at', models.DateTimeField()),
                ('last_run_at', models.DateTimeField(blank=True, null=True)),
                ('last_result', models.CharField(blank=True, default='', max_length=500)),
                ('last_ok', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuditLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('entity', models.CharField(max_length=64)),
                ('entity_id', models.BigIntegerField()),
                ('subject', models.CharField(max_length=64)),
                ('act', models.CharField(max_length=64)),
                ('from_state', models.CharField(blank=True, default='', max_length=24)),
                ('to_state', models.CharField(blank=True, default='', max_length=24)),
                ('actor_kind', models.CharField(max_length=8)),
                ('actor_id', models.CharField(blank=True, default='', max_length=40)),
                ('actor_label', models.CharField(max_length=150)),
                ('note', models.TextField(blank=True, default='')),
                ('data', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'id'], name='audit_subject'), models.Index(fields=['entity', 'entity_id', 'id'], name='audit_entity')],
            },
        ),
        migrations.CreateModel(
            name='BulkOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('model', models.CharField(editable=False, max_length=80)),
                ('action', models.CharField(editable=False, max_length=48)),
                ('label', models.CharField(editable=False, max_length=120)),
                ('state', django_fsm.FSMField(choices=[('preflight', 'previewed'), ('running', 'running'), ('done', 'done'), ('partly_done', 'partly done'), ('undone', 'taken back'), ('cancelled', 'cancelled')], default='preflight', max_length=12, protected=True)),
                ('values', models.JSONField(default=dict, editable=False)),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='foundation.bulkoperation')),
                ('user', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'running')), fields=['next_try_at'], name='bulk_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['cancelled', 'done', 'partly_done', 'preflight', 'running', 'undone'])), name='bulk_state_word')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object_id', models.BigIntegerField()),
                ('label', models.CharField(max_length=120)),
                ('outcome', models.CharField(choices=[('ready', 'ready'), ('refused', 'not possible'), ('done', 'done')], default='ready', max_length=8)),
                ('message', models.CharField(blank=True, default='', max_length=1000)),
                ('operation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='foundation.bulkoperation')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['operation', 'outcome', 'id'], name='bulk_item_open')],
                'constraints': [models.UniqueConstraint(fields=('operation', 'object_id'), name='bulk_item_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['done', 'ready', 'refused'])), name='bulk_outcome_word')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.BinaryField(default=b'')),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='idempotency_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'key'), name='idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='InboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('source', models.CharField(max_length=64)),
                ('message_id', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=40)),
                ('account', models.CharField(blank=True, default='', max_length=64)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField()),
                ('state', models.CharField(choices=[('received', 'received'), ('retry_wait', 'waiting to retry'), ('done', 'done'), ('dead', 'dead'), ('ignored', 'ignored')], default='received', max_length=12)),
                ('received_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('received', 'retry_wait'))), fields=['next_try_at', 'id'], name='inbox_due'), models.Index(fields=['state', '-id'], name='inbox_list')],
                'constraints': [models.UniqueConstraint(fields=('source', 'message_id'), name='inbox_once'), models.CheckConstraint(condition=models.Q(('state__in', ['dead', 'done', 'ignored', 'received', 'retry_wait'])), name='inbox_state_word')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_try_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease_token', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_error', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('stream', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=64)),
                ('payload', models.JSONField()),
                ('state', models.CharField(choices=[('received', 'received'), ('retry_wait', 'waiting to retry'), ('done', 'done'), ('dead', 'dead'), ('ignored', 'ignored')], default='received', max_length=12)),
                ('occurred_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'fact',
                'indexes': [models.Index(condition=models.Q(('state__in', ('received', 'retry_wait'))), fields=['next_try_at', 'id'], name='outbox_due'), models.Index(condition=models.Q(('state__in', ('received', 'retry_wait'))), fields=['id'], name='outbox_queue'), models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['lease_until'], name='outbox_held'), models.Index(fields=['state', 'kind', '-id'], name='outbox_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['dead', 'done', 'ignored', 'received', 'retry_wait'])), name='outbox_state_word')],
            },
        ),
        migrations.CreateModel(
            name='HandledEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handler', models.CharField(max_length=120)),
                ('handled_at', models.DateTimeField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handled', to='foundation.outboxevent')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='handled_once')],
            },
        ),
    ]
