"""What is charged equals a line of the tariff (Passport Law art. 22): the database refuses any other quote."""

import django.db.models.deletion
from django.db import migrations, models


GUARD = """
CREATE FUNCTION payments_refuse_the_charge(rule text, because text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', rule, because USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END
$$;

CREATE FUNCTION payments_check_line(quote payments_quote, line jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    fee posts_tariff;
    quantity bigint := line ->> 'quantity';
    unit bigint := line ->> 'unit_minor';
    asked bigint;
BEGIN
    SELECT * INTO fee FROM posts_tariff WHERE id = (line ->> 'tariff')::bigint;
    IF fee.id IS NULL OR fee.approved_at IS NULL
        OR (fee.post_id, fee.service, fee.component, fee.currency, fee.amount_minor)
            IS DISTINCT FROM (quote.post_id, quote.service, line ->> 'code', quote.currency, unit)
        OR quote.priced_on < fee.active_from OR quote.priced_on >= coalesce(fee.active_to, 'infinity') THEN
        PERFORM payments_refuse_the_charge('a_charge_is_a_line_of_the_tariff', line::text);
    END IF;
    IF fee.applicant_class NOT IN ('any', quote.applicant_class)
        OR fee.applicant_class <> quote.applicant_class AND EXISTS (
            SELECT FROM posts_tariff AS own WHERE own.applicant_class = quote.applicant_class
            AND (own.post_id, own.service, own.component) = (fee.post_id, fee.service, fee.component)
            AND own.currency = fee.currency AND own.approved_at IS NOT NULL
            AND quote.priced_on >= own.active_from AND quote.priced_on < coalesce(own.active_to, 'infinity')
        ) THEN
        PERFORM payments_refuse_the_charge('a_charge_is_for_the_class_of_the_applicant', line::text);
    END IF;
    SELECT count(*) INTO asked FROM jsonb_array_elements_text(quote.components) AS wish WHERE wish = fee.component;
    IF fee.component IN ('base', 'urgent', 'express') THEN
        asked := least(asked, 1);
    END IF;
    IF quantity IS DISTINCT FROM asked OR asked < 1 THEN
        PERFORM payments_refuse_the_charge('nobody_pays_for_more_than_was_asked', line::text);
    END IF;
    IF (line ->> 'amount_minor')::bigint IS DISTINCT FROM unit * quantity THEN
        PERFORM payments_refuse_the_charge('an_amount_is_its_unit_times_its_quantity', line::text);
    END IF;
END
$$;

CREATE FUNCTION payments_quote_charges_by_the_tariff() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    day date := (NEW.shown_at AT TIME ZONE (SELECT time_zone FROM posts_post WHERE code = NEW.post_id))::date;
    codes text[] := ARRAY(SELECT line ->> 'code' FROM jsonb_array_elements(NEW.lines) AS line);
    owed bigint := (SELECT sum((line ->> 'amount_minor')::bigint) FROM jsonb_array_elements(NEW.lines) AS line);
BEGIN
    -- a version of the product that does not know the column says nothing
    NEW.priced_on := coalesce(NEW.priced_on, day);
    IF NEW.priced_on IS DISTINCT FROM day THEN
        PERFORM payments_refuse_the_charge('a_price_is_of_the_day_it_was_shown', NEW.priced_on::text);
    END IF;
    PERFORM payments_check_line(NEW, line) FROM jsonb_array_elements(NEW.lines) AS line;
    IF cardinality(codes) <> (SELECT count(DISTINCT code) FROM unnest(codes) AS code)
        OR codes @> ARRAY['urgent', 'express'] THEN
        PERFORM payments_refuse_the_charge('nobody_pays_twice_for_one_thing', codes::text);
    END IF;
    IF NEW.waived_minor <> 0 AND NEW.waived_minor IS DISTINCT FROM owed OR NEW.waived_minor <> 0 AND NOT EXISTS (
        SELECT FROM posts_waiver AS waiver WHERE waiver.id = NEW.waiver_id AND waiver.approved_at IS NOT NULL
        AND (waiver.payable, waiver.post_id) = (NEW.payable, NEW.post_id)
    ) THEN
        PERFORM payments_refuse_the_charge('only_an_approved_waiver_waives', NEW.waived_minor::text);
    END IF;
    IF NEW.total_minor IS DISTINCT FROM owed - NEW.waived_minor THEN
        PERFORM payments_refuse_the_charge('a_total_is_the_sum_of_its_lines', NEW.total_minor::text);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER payments_quote_is_charged_by_the_tariff BEFORE INSERT ON payments_quote
    FOR EACH ROW EXECUTE FUNCTION payments_quote_charges_by_the_tariff();

CREATE FUNCTION payments_payment_charges_by_its_quote() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM payments_quote AS quote WHERE quote.id = NEW.quote_id
        AND (quote.payable, quote.total_minor, quote.currency) = (NEW.payable, NEW.amount_minor, NEW.currency);
    IF NOT FOUND THEN
        PERFORM payments_refuse_the_charge('a_payment_asks_what_its_quote_says', NEW.amount_minor::text);
    END IF;
    RETURN NULL;
END
$$;

-- after: what a row may not be by itself is said first
CREATE TRIGGER payments_payment_is_charged_by_its_quote AFTER INSERT ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_payment_charges_by_its_quote();
"""

LIFT = """
DROP TRIGGER payments_payment_is_charged_by_its_quote ON payments_payment;
DROP FUNCTION payments_payment_charges_by_its_quote();
DROP TRIGGER payments_quote_is_charged_by_the_tariff ON payments_quote;
DROP FUNCTION payments_quote_charges_by_the_tariff();
DROP FUNCTION payments_check_line(payments_quote, jsonb);
DROP FUNCTION payments_refuse_the_charge(text, text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0002_immutable'),
        ('posts', '0004_two_people_for_a_fee'),
    ]

    operations = [
        migrations.AddField(
            model_name='quote',
            name='applicant_class',
            field=models.CharField(choices=[('any', 'Everybody'), ('adult', 'From 16 years on'), ('minor', 'Under 16 years')], db_default='any', default='any', editable=False, max_length=8, verbose_name='for whom'),
        ),
        migrations.AddField(
            model_name='quote',
            name='priced_on',
            field=models.DateField(editable=False, null=True, verbose_name='price of'),
        ),
        migrations.AddField(
            model_name='quote',
            name='waived_minor',
            field=models.BigIntegerField(db_default=0, default=0, editable=False, verbose_name='waived'),
        ),
        migrations.AddField(
            model_name='quote',
            name='waiver',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='posts.waiver', verbose_name='fee waiver'),
        ),
        migrations.RunSQL(GUARD, LIFT),
    ]
