"""Merchants, refunds with a life of their own, receipts. What a sandbox had before stays; the books begin here."""

import apps.payments.models.payments
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import uuid
from typing import Any

from django.conf import settings
from django.db import migrations, models

from apps.payments.sealing import seal


OPEN = """
DROP TRIGGER payments_payment_keeps_its_facts ON payments_payment;
DROP TRIGGER payments_refund_keeps_its_facts ON payments_refund;
DROP TRIGGER payments_inboundnotice_keeps_its_facts ON payments_inboundnotice;
"""

FILL = """
INSERT INTO payments_merchant (code, provider, profile, currency, merchant_id, app_id, channels, active_from,
        approved_at, failures)
    SELECT 'sandbox', 'sandbox', 'domestic', '', 'sandbox', '', '{page}', now(), now(), 0
    WHERE EXISTS (SELECT FROM payments_payment) OR EXISTS (SELECT FROM payments_inboundnotice);
UPDATE payments_payment SET merchant_id = (SELECT id FROM payments_merchant);
UPDATE payments_inboundnotice SET merchant_id = (SELECT id FROM payments_merchant);
UPDATE payments_refund SET status = 'approved', approved_at = owed_at;
UPDATE payments_payment AS payment SET refunding_minor = refund.amount_minor
    FROM payments_refund AS refund WHERE refund.payment_id = payment.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def seal_what_came(apps: Any, schema_editor: Any) -> None:
    for notice in apps.get_model("payments", "InboundNotice").objects.iterator():
        notice.sealed_body = seal(bytes(notice.body))
        notice.save(update_fields=["sealed_body"])


def _never(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION payments_refuse();"
    )


def _stays(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION payments_refuse();"
    )


def _columns(table: str, columns: str, condition: str = "") -> str:
    old, new = (", ".join(f"{side}.{name}" for name in columns.split()) for side in ("OLD", "NEW"))
    return (
        f"CREATE TRIGGER {table}_keeps_its_facts BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({condition}({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION payments_refuse();"
    )


SEAL = [
    _columns(
        "payments_payment", "quote_id payable payer_id merchant_id provider channel reference amount_minor currency"
    ),
    _columns(
        "payments_refund",
        "payment_id number source reason note amount_minor currency requested_by_id owed_at alone_up_to_minor",
    ),
    _columns("payments_inboundnotice", "merchant_id dedupe_key reference headers sealed_body received_at"),
    _columns(
        "payments_merchant",
        "code provider profile post_id currency merchant_id app_id channels active_from proposed_by_id approved_by_id "
        "approved_at",
        "OLD.approved_at IS NOT NULL AND ",
    ),
    _columns(
        "payments_difference",
        "merchant_id kind why day reference number currency ours_minor theirs_minor found_at",
    ),
    _never("payments_refundevent"),
    _never("payments_receipt"),
    _stays("payments_merchant"),
    _stays("payments_difference"),
]

LIFT = [
    f"DROP TRIGGER {table}_{what} ON {table};"
    for table, what in (
        ("payments_payment", "keeps_its_facts"),
        ("payments_refund", "keeps_its_facts"),
        ("payments_inboundnotice", "keeps_its_facts"),
        ("payments_merchant", "keeps_its_facts"),
        ("payments_difference", "keeps_its_facts"),
        ("payments_refundevent", "never_changes"),
        ("payments_receipt", "never_changes"),
        ("payments_merchant", "is_never_deleted"),
        ("payments_difference", "is_never_deleted"),
    )
]


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0003_charged_by_the_tariff'),
        ('posts', '0005_refunds_decided_alone'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('company_only', 'A payment that only the company knows'), ('ours_only', 'A payment that only we know'), ('amount', 'Another amount'), ('currency', 'Another currency'), ('status', 'Another state'), ('duplicate', 'Billed twice'), ('fee', 'Another fee than agreed'), ('unknown_order', 'A number that is not ours'), ('refund_company_only', 'A refund that only the company knows'), ('refund_ours_only', 'A refund that only we know'), ('day', 'Billed on another day'), ('fund', 'The balance moved otherwise than the bill says'), ('bill', 'A bill that is missing or cannot be believed'), ('quarantined', 'A notice that contradicts the payment')], editable=False, max_length=24, verbose_name='difference')),
                ('why', models.CharField(blank=True, editable=False, max_length=40, verbose_name='why')),
                ('day', models.DateField(editable=False, verbose_name='day')),
                ('reference', models.CharField(blank=True, editable=False, max_length=64, verbose_name='reference')),
                ('number', models.CharField(blank=True, editable=False, max_length=64, verbose_name='refund number')),
                ('currency', models.CharField(blank=True, editable=False, max_length=3, verbose_name='currency')),
                ('ours_minor', models.BigIntegerField(editable=False, null=True, verbose_name='ours')),
                ('theirs_minor', models.BigIntegerField(editable=False, null=True, verbose_name='theirs')),
                ('found_at', models.DateTimeField(editable=False, verbose_name='found')),
                ('resolved_at', models.DateTimeField(editable=False, null=True, verbose_name='explained')),
                ('resolution', models.CharField(blank=True, editable=False, max_length=40, verbose_name='explanation')),
                ('note', models.CharField(blank=True, editable=False, max_length=200, verbose_name='note')),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'permissions': [('resolve_difference', 'Can explain differences')],
            },
        ),
        migrations.CreateModel(
            name='Merchant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='Lower-case letters, digits and dashes.', max_length=40, unique=True, verbose_name='code')),
                ('provider', models.CharField(max_length=32, verbose_name='payment company')),
                ('profile', models.CharField(choices=[('domestic', 'Domestic'), ('cross_border', 'Cross-border')], default='domestic', max_length=16, verbose_name='profile')),
                ('currency', models.CharField(blank=True, help_text='Empty: every currency.', max_length=3, verbose_name='currency')),
                ('merchant_id', models.CharField(max_length=64, verbose_name='number at the company')),
                ('app_id', models.CharField(blank=True, max_length=64, verbose_name='app at the company')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('page', 'In the browser'), ('app', 'In the app'), ('qr', 'By scanning a code'), ('jsapi', 'Inside WeChat')], max_length=8), size=None, verbose_name='ways to pay')),
                ('active_from', models.DateTimeField(verbose_name='from')),
                ('active_to', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='approved')),
                ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='silences in a row')),
                ('rests_until', models.DateTimeField(editable=False, null=True, verbose_name='not called until')),
            ],
            options={
                'verbose_name': 'merchant',
                'verbose_name_plural': 'merchants',
                'ordering': ['code'],
                'permissions': [('approve_merchant', 'Can approve merchants that others proposed')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('year', models.PositiveSmallIntegerField(editable=False, verbose_name='year')),
                ('number', models.PositiveIntegerField(editable=False, verbose_name='number')),
                ('amount_minor', models.BigIntegerField(editable=False, verbose_name='amount')),
                ('currency', models.CharField(editable=False, max_length=3, verbose_name='currency')),
                ('issued_at', models.DateTimeField(editable=False, verbose_name='issued')),
            ],
            options={
                'verbose_name': 'receipt',
                'verbose_name_plural': 'receipts',
            },
        ),
        migrations.CreateModel(
            name='ReceiptSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(editable=False)),
                ('last', models.PositiveIntegerField(editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='RefundEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(blank=True, choices=[('requested', 'Waits for approval'), ('rejected', 'Not approved'), ('approved', 'Owed to the payer'), ('submitted', 'Being checked'), ('accepted', 'On its way to the payer'), ('succeeded', 'Given back'), ('abnormal', "The payer's account did not take it"), ('closed', 'Refused by the payment company')], max_length=16, verbose_name='from')),
                ('target', models.CharField(choices=[('requested', 'Waits for approval'), ('rejected', 'Not approved'), ('approved', 'Owed to the payer'), ('submitted', 'Being checked'), ('accepted', 'On its way to the payer'), ('succeeded', 'Given back'), ('abnormal', "The payer's account did not take it"), ('closed', 'Refused by the payment company')], max_length=16, verbose_name='to')),
                ('cause', models.CharField(choices=[('api', 'the payer'), ('notice', 'a notice of the provider'), ('query', 'an answer of the provider'), ('bill', 'a bill of the provider'), ('timer', 'the clock'), ('officer', 'an officer')], max_length=8, verbose_name='because of')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'step of a refund',
                'verbose_name_plural': 'history',
                'ordering': ['pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='refund',
            options={'permissions': [('request_refund', 'Can request refunds'), ('approve_refund', 'Can approve refunds that others requested')], 'verbose_name': 'refund', 'verbose_name_plural': 'refunds'},
        ),
        migrations.RemoveConstraint(
            model_name='inboundnotice',
            name='a_notice_is_kept_once',
        ),
        migrations.AddField(
            model_name='inboundnotice',
            name='sealed_body',
            field=models.BinaryField(null=True, verbose_name='body'),
        ),
        migrations.AddField(
            model_name='payment',
            name='channel',
            field=models.CharField(choices=[('page', 'In the browser'), ('app', 'In the app'), ('qr', 'By scanning a code'), ('jsapi', 'Inside WeChat')], default='page', editable=False, max_length=8, verbose_name='way to pay'),
        ),
        migrations.AddField(
            model_name='payment',
            name='checkout_parameters',
            field=models.JSONField(editable=False, null=True, verbose_name='parameters of the checkout'),
        ),
        migrations.AddField(
            model_name='payment',
            name='paid_currency',
            field=models.CharField(blank=True, editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name='payment',
            name='paid_minor',
            field=models.BigIntegerField(editable=False, null=True, verbose_name="left the payer's account"),
        ),
        migrations.AddField(
            model_name='payment',
            name='refunded_minor',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='given back'),
        ),
        migrations.AddField(
            model_name='payment',
            name='refunding_minor',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='being given back'),
        ),
        migrations.AddField(
            model_name='payment',
            name='sealed_payer',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='allocation',
            field=models.JSONField(default=dict, editable=False, verbose_name='of which'),
        ),
        migrations.AddField(
            model_name='refund',
            name='alone_up_to_minor',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='decided alone up to'),
        ),
        migrations.AddField(
            model_name='refund',
            name='approved_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='approved'),
        ),
        migrations.AddField(
            model_name='refund',
            name='approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='refund',
            name='ask_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='next question'),
        ),
        migrations.AddField(
            model_name='refund',
            name='asked',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='questions asked'),
        ),
        migrations.AddField(
            model_name='refund',
            name='done_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='given back'),
        ),
        migrations.AddField(
            model_name='refund',
            name='note',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='note'),
        ),
        migrations.AddField(
            model_name='refund',
            name='number',
            field=models.CharField(default=apps.payments.models.payments.new_reference, editable=False, max_length=64, verbose_name='refund number'),
        ),
        migrations.AddField(
            model_name='refund',
            name='paid_currency',
            field=models.CharField(blank=True, editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name='refund',
            name='paid_minor',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='received by the payer'),
        ),
        migrations.AddField(
            model_name='refund',
            name='provider_txn',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name="provider's transaction"),
        ),
        migrations.AddField(
            model_name='refund',
            name='requested_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by'),
        ),
        migrations.AddField(
            model_name='refund',
            name='source',
            field=models.CharField(choices=[('system', 'a rule'), ('officer', 'an officer'), ('company', 'the payment company')], default='system', editable=False, max_length=8, verbose_name='wanted by'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='refund',
            name='submitted_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='sent'),
        ),
        migrations.AddField(
            model_name='refund',
            name='trouble',
            field=models.CharField(blank=True, editable=False, max_length=32, verbose_name='trouble'),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='cause',
            field=models.CharField(choices=[('api', 'the payer'), ('notice', 'a notice of the provider'), ('query', 'an answer of the provider'), ('bill', 'a bill of the provider'), ('timer', 'the clock'), ('officer', 'an officer')], max_length=8, verbose_name='because of'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='owed_at',
            field=models.DateTimeField(editable=False, verbose_name='requested'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.payment', verbose_name='payment'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='reason',
            field=models.CharField(choices=[('surplus', 'paid twice'), ('unusable', 'came too late to be used'), ('not_delivered', 'the service was not delivered'), ('mistake', 'a mistake of the post'), ('goodwill', 'goodwill'), ('console', 'begun at the payment company'), ('dispute', 'disputed by the payer')], editable=False, max_length=16, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='status',
            field=models.CharField(choices=[('requested', 'Waits for approval'), ('rejected', 'Not approved'), ('approved', 'Owed to the payer'), ('submitted', 'Being checked'), ('accepted', 'On its way to the payer'), ('succeeded', 'Given back'), ('abnormal', "The payer's account did not take it"), ('closed', 'Refused by the payment company')], editable=False, max_length=16, verbose_name='status'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('ask_at__isnull', False)), fields=['ask_at'], name='refunds_to_ask_about'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('source', 'system')), fields=['submitted_at'], name='refunds_by_rule'),
        ),
        migrations.AddField(
            model_name='difference',
            name='post',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post', verbose_name='post'),
        ),
        migrations.AddField(
            model_name='difference',
            name='resolved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='explained by'),
        ),
        migrations.AddField(
            model_name='merchant',
            name='approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='merchant',
            name='post',
            field=models.ForeignKey(blank=True, help_text='Empty: every post.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merchants', to='posts.post', verbose_name='post'),
        ),
        migrations.AddField(
            model_name='merchant',
            name='proposed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddField(
            model_name='difference',
            name='merchant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.merchant', verbose_name='merchant'),
        ),
        migrations.AddField(
            model_name='inboundnotice',
            name='merchant',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.merchant', verbose_name='merchant'),
        ),
        migrations.AddField(
            model_name='payment',
            name='merchant',
            field=models.ForeignKey(null=True, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.merchant', verbose_name='merchant'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunPython(seal_what_came, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='inboundnotice',
            name='body',
        ),
        migrations.RemoveField(
            model_name='inboundnotice',
            name='provider',
        ),
        migrations.AlterField(
            model_name='inboundnotice',
            name='sealed_body',
            field=models.BinaryField(verbose_name='body'),
        ),
        migrations.AlterField(
            model_name='inboundnotice',
            name='merchant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.merchant', verbose_name='merchant'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='merchant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.merchant', verbose_name='merchant'),
        ),
        migrations.AddConstraint(
            model_name='inboundnotice',
            constraint=models.UniqueConstraint(fields=('merchant', 'dedupe_key'), name='a_notice_is_kept_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('refunding_minor__gte', 0), ('refunded_minor__gte', 0), ('amount_minor__gte', django.db.models.expressions.CombinedExpression(models.F('refunding_minor'), '+', models.F('refunded_minor'))), models.Q(('status', 'captured'), models.Q(('refunded_minor', 0), ('refunding_minor', 0)), _connector='OR')), name='no_more_goes_back_than_came'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='payment',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='payments.payment', verbose_name='payment'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='post',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post', verbose_name='post'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='refund',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_note', to='payments.refund', verbose_name='refund'),
        ),
        migrations.AddField(
            model_name='receiptseries',
            name='post',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.post'),
        ),
        migrations.AddField(
            model_name='refundevent',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='payments.refund'),
        ),
        migrations.AddConstraint(
            model_name='merchant',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z0-9][a-z0-9-]*$')), name='a_merchant_is_a_folder'),
        ),
        migrations.AddConstraint(
            model_name='merchant',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^([A-Z]{3})?$')), name='a_merchant_takes_a_currency'),
        ),
        migrations.AddConstraint(
            model_name='merchant',
            constraint=models.CheckConstraint(condition=models.Q(('active_to', None), ('active_to__gte', models.F('active_from')), _connector='OR'), name='a_merchant_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='merchant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by', None), ('proposed_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='a_merchant_is_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='merchant',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('approved_at__isnull', False)), expressions=[('provider', '='), (django.db.models.functions.comparison.Coalesce('post', models.Value('')), '='), ('currency', '='), (models.Func('active_from', 'active_to', function='tstzrange'), '&&')], name='one_merchant_of_a_company_per_post_currency_and_time'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(condition=models.Q(('resolved_at', None)), fields=['post', '-found_at'], name='differences_open'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(fields=['reference'], name='differences_of_a_reference'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolution', ''), ('resolved_at', None)), models.Q(('resolved_at__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='an_explanation_says_what_and_when'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.UniqueConstraint(fields=('merchant', 'kind', 'day', 'reference', 'number', 'why'), name='a_difference_is_found_once'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='a_receipt_has_an_amount'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('post', 'year', 'number'), name='one_receipt_per_number'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(condition=models.Q(('refund', None)), fields=('payment',), name='a_payment_is_receipted_once'),
        ),
        migrations.AddConstraint(
            model_name='receiptseries',
            constraint=models.UniqueConstraint(fields=('post', 'year'), name='one_series_per_post_and_year'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'rejected', 'approved', 'submitted', 'accepted', 'succeeded', 'abnormal', 'closed'])), name='a_refund_has_a_known_status'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'officer'), _negated=True), ('requested_by__isnull', False), _connector='OR'), name='an_officer_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'rejected']), ('approved_at__isnull', False), _connector='OR'), name='no_refund_moves_unapproved'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('requested_by')), _negated=True), ('amount_minor__lte', models.F('alone_up_to_minor')), _connector='OR'), name='a_refund_has_two_people_behind_it'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'officer'), _negated=True), ('approved_at', None), ('approved_by__isnull', False), _connector='OR'), name='what_an_officer_wants_somebody_approves'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('status', 'succeeded')), models.Q(models.Q(('status', 'succeeded'), _negated=True), ('done_at', None)), _connector='OR'), name='given_back_says_when'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(fields=('number',), name='one_refund_per_number'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('source', 'system')), fields=('payment', 'reason'), name='a_rule_refunds_a_payment_once'),
        ),
        migrations.RunSQL("\n".join(SEAL), "\n".join(LIFT)),
    ]
