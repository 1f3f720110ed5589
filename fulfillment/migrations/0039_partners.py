"""How third parties are spoken to, and every message to and from them."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import oms.foundation.secrets
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0038_requests_to_third_parties'),
        ('inventory', '0010_ways_to_the_customer'),
    ]

    operations = [
        migrations.CreateModel(
            name='FulfillmentPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('way', models.CharField(choices=[('api', 'API: it asks us'), ('csv', 'CSV files'), ('edi', 'EDI X12: 940, 945, 997')], max_length=4, verbose_name='is told by')),
                ('answer_hours', models.PositiveSmallIntegerField(default=4, help_text='Longer without an answer, and it stands on the start page.', verbose_name='hours to answer')),
                ('our_qualifier', models.CharField(default='ZZ', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{2}$', 'Two letters or digits, such as ZZ or 01.')])),
                ('our_id', models.CharField(blank=True, default='', max_length=15, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9 .&-]{1,15}$', 'Up to 15 letters, digits, blanks, dots, hyphens.')], verbose_name='our EDI number')),
                ('their_qualifier', models.CharField(default='ZZ', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{2}$', 'Two letters or digits, such as ZZ or 01.')])),
                ('their_id', models.CharField(blank=True, default='', max_length=15, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9 .&-]{1,15}$', 'Up to 15 letters, digits, blanks, dots, hyphens.')], verbose_name='their EDI number')),
                ('is_test', models.BooleanField(default=False, verbose_name='marks its interchanges as a test')),
                ('last_control', models.PositiveIntegerField(default=0, editable=False)),
                ('credentials', oms.foundation.secrets.EncryptedTextField(blank=True, default='')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': '3PL',
                'verbose_name_plural': '3PLs',
                'ordering': ['location__code'],
            },
        ),
        migrations.CreateModel(
            name='PartnerMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('direction', models.CharField(choices=[('out', 'to the partner'), ('in', 'from the partner')], editable=False, max_length=3)),
                ('kind', models.CharField(editable=False, max_length=12)),
                ('key', models.CharField(editable=False, max_length=64)),
                ('state', django_fsm.FSMField(choices=[('waiting', 'not acknowledged yet'), ('sent', 'needs no answer'), ('acknowledged', 'acknowledged'), ('refused', 'refused by the partner'), ('taken', 'taken'), ('person', 'needs a person'), ('seen', 'looked at')], default='waiting', max_length=12, protected=True)),
                ('sentence', models.CharField(blank=True, default='', editable=False, max_length=300, verbose_name='what became of it')),
                ('body', models.BinaryField()),
                ('settled_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'partner message',
                'permissions': [('settle_partnermessage', "Can read a partner's files and say what became of them")],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.AddField(
            model_name='fulfillmentpartner',
            name='location',
            field=models.OneToOneField(limit_choices_to={'kind': '3pl'}, on_delete=django.db.models.deletion.PROTECT, related_name='partner', to='inventory.location'),
        ),
        migrations.AddField(
            model_name='partnermessage',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='fulfillment.fulfillmentpartner'),
        ),
        migrations.AddField(
            model_name='partnermessage',
            name='request',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='fulfillment.supplierrequest'),
        ),
        migrations.AddConstraint(
            model_name='fulfillmentpartner',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['api', 'csv', 'edi'])), name='partner_way_word'),
        ),
        migrations.AddConstraint(
            model_name='fulfillmentpartner',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'edi'), _negated=True), models.Q(models.Q(('our_id', ''), _negated=True), models.Q(('their_id', ''), _negated=True)), _connector='OR'), name='partner_edi_has_numbers'),
        ),
        migrations.AddConstraint(
            model_name='fulfillmentpartner',
            constraint=models.CheckConstraint(condition=models.Q(('answer_hours__gte', 1), ('answer_hours__lte', 720)), name='partner_answer_hours'),
        ),
        migrations.AddIndex(
            model_name='partnermessage',
            index=models.Index(fields=['partner', '-id'], name='partner_message_newest'),
        ),
        migrations.AddIndex(
            model_name='partnermessage',
            index=models.Index(fields=['state', '-id'], name='partner_message_by_state'),
        ),
        migrations.AddConstraint(
            model_name='partnermessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['acknowledged', 'person', 'refused', 'seen', 'sent', 'taken', 'waiting'])), name='partner_message_state_word'),
        ),
        migrations.AddConstraint(
            model_name='partnermessage',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['in', 'out'])), name='partner_message_direction_word'),
        ),
        migrations.AddConstraint(
            model_name='partnermessage',
            constraint=models.UniqueConstraint(fields=('partner', 'direction', 'key'), name='partner_message_once'),
        ),
    ]
