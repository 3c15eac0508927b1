"""A fee has two people behind it. Lines that are there already came with a release, which approves them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPROVE_WHAT_IS_THERE = "UPDATE posts_tariff SET approved_at = now() WHERE approved_at IS NULL;"

GUARD = """
CREATE FUNCTION posts_is_owner(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = relation
$$;

CREATE FUNCTION posts_tariff_two_people() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.approved_at IS NOT NULL AND NOT posts_is_owner(TG_RELID) THEN
            RAISE EXCEPTION 'a fee begins as a proposal' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.approved_at IS NOT NULL THEN
            RAISE EXCEPTION 'an approved fee is never deleted' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;

    IF (OLD.id, OLD.post_id, OLD.service, OLD.component, OLD.applicant_class, OLD.currency, OLD.amount_minor,
        OLD.active_from, OLD.legal_basis_zh, OLD.legal_basis_en, OLD.proposed_by_id)
        IS DISTINCT FROM
        (NEW.id, NEW.post_id, NEW.service, NEW.component, NEW.applicant_class, NEW.currency, NEW.amount_minor,
        NEW.active_from, NEW.legal_basis_zh, NEW.legal_basis_en, NEW.proposed_by_id) THEN
        RAISE EXCEPTION 'a fee is never rewritten: end it and propose another' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.approved_at, OLD.approved_by_id) IS DISTINCT FROM (NEW.approved_at, NEW.approved_by_id)
        AND (OLD.approved_at IS NOT NULL OR NEW.approved_by_id IS NULL) THEN
        RAISE EXCEPTION 'a fee is approved once, by somebody' USING ERRCODE = 'restrict_violation';
    END IF;
    -- an end takes two statements: what is approved was there to be seen before
    IF (OLD.active_to, OLD.end_approved_by_id) IS DISTINCT FROM (NEW.active_to, NEW.end_approved_by_id)
        AND NEW.end_approved_by_id IS NOT NULL
        AND (OLD.end_approved_by_id IS NOT NULL OR OLD.end_on IS NULL
            OR (OLD.end_on, OLD.end_proposed_by_id) IS DISTINCT FROM (NEW.end_on, NEW.end_proposed_by_id)
            OR NEW.active_to >= OLD.active_to)
        OR NEW.active_to IS DISTINCT FROM OLD.active_to AND NEW.end_approved_by_id IS NULL THEN
        RAISE EXCEPTION 'a fee ends, earlier than before, when a second person approves it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER two_people BEFORE INSERT OR UPDATE OR DELETE ON posts_tariff
    FOR EACH ROW EXECUTE FUNCTION posts_tariff_two_people();

CREATE FUNCTION posts_waiver_two_people() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.approved_at IS NOT NULL THEN
            RAISE EXCEPTION 'a waiver begins as a request' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.approved_at IS NOT NULL THEN
        RAISE EXCEPTION 'an approved waiver is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF (OLD.id, OLD.post_id, OLD.payable, OLD.reason, OLD.requested_by_id, OLD.requested_at)
        IS DISTINCT FROM (NEW.id, NEW.post_id, NEW.payable, NEW.reason, NEW.requested_by_id, NEW.requested_at) THEN
        RAISE EXCEPTION 'a request is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER two_people BEFORE INSERT OR UPDATE OR DELETE ON posts_waiver
    FOR EACH ROW EXECUTE FUNCTION posts_waiver_two_people();
"""

LIFT = """
DROP TRIGGER two_people ON posts_waiver;
DROP FUNCTION posts_waiver_two_people();
DROP TRIGGER two_people ON posts_tariff;
DROP FUNCTION posts_tariff_two_people();
DROP FUNCTION posts_is_owner(oid);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('posts', '0003_editions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payable', models.CharField(max_length=64, verbose_name='paid for')),
                ('reason', models.CharField(choices=[('official_passport', 'Official passport'), ('hardship', 'Hardship'), ('emergency', 'Emergency')], max_length=24, verbose_name='reason')),
                ('requested_at', models.DateTimeField(editable=False, verbose_name='requested')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='approved')),
            ],
            options={
                'verbose_name': 'fee waiver',
                'verbose_name_plural': 'fee waivers',
                'ordering': ['-requested_at', '-pk'],
                'permissions': [('approve_waiver', 'Can approve fee waivers that others requested')],
            },
        ),
        migrations.AlterModelOptions(
            name='tariff',
            options={'ordering': ['post', 'service', 'component', 'applicant_class', '-active_from'], 'permissions': [('approve_tariff', 'Can approve tariff lines that others proposed')], 'verbose_name': 'tariff line', 'verbose_name_plural': 'tariff lines'},
        ),
        migrations.RemoveConstraint(
            model_name='tariff',
            name='a_tariff_begins_before_it_ends',
        ),
        migrations.RemoveConstraint(
            model_name='tariff',
            name='tariffs_never_overlap_in_time',
        ),
        migrations.AddField(
            model_name='tariff',
            name='applicant_class',
            field=models.CharField(choices=[('any', 'Everybody'), ('adult', 'From 16 years on'), ('minor', 'Under 16 years')], db_default='any', default='any', max_length=8, verbose_name='for whom'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='approved_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='approved'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='end_approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='end approved by'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='end_on',
            field=models.DateField(editable=False, null=True, verbose_name='proposed end'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='end_proposed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='end proposed by'),
        ),
        migrations.AddField(
            model_name='tariff',
            name='proposed_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('applicant_class__in', ['any', 'adult', 'minor'])), name='a_fee_is_for_a_known_class_of_people'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('active_to', None), ('active_from__lte', models.F('active_to')), _connector='OR'), name='a_tariff_does_not_end_before_it_begins', violation_error_message='It must begin before it ends.'),
        ),
        migrations.RunSQL(APPROVE_WHAT_IS_THERE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None), ('proposed_by__isnull', False)), models.Q(('approved_at__isnull', False), ('approved_by', None), ('proposed_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('proposed_by__isnull', False), models.Q(('approved_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='a_tariff_is_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_approved_by', None), ('end_on', None), ('end_proposed_by', None)), models.Q(('end_approved_by', None), ('end_on__isnull', False), ('end_proposed_by__isnull', False)), models.Q(('active_to__isnull', False), ('end_approved_by__isnull', False), ('end_proposed_by__isnull', False), ('end_on', models.F('active_to')), models.Q(('end_approved_by', models.F('end_proposed_by')), _negated=True)), _connector='OR'), name='the_end_of_a_tariff_is_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('approved_at__isnull', False)), expressions=[(models.F('post'), '='), (models.F('service'), '='), (models.F('component'), '='), (models.F('applicant_class'), '='), (models.Func(models.F('active_from'), models.F('active_to'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='approved_tariffs_never_overlap_in_time', violation_error_message='Another line is in force at the same time.'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='approved_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='posts.post', verbose_name='post'),
        ),
        migrations.AddField(
            model_name='waiver',
            name='requested_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('payable', ''), _negated=True), name='a_waiver_is_for_something'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['official_passport', 'hardship', 'emergency'])), name='a_waiver_has_a_known_reason'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), models.Q(('approved_by', models.F('requested_by')), _negated=True)), _connector='OR'), name='a_waiver_is_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='waiver',
            constraint=models.UniqueConstraint(fields=('payable', 'post'), name='a_post_waives_once', violation_error_message='A waiver for this was requested before.'),
        ),
        migrations.RunSQL(GUARD, LIFT),
    ]
