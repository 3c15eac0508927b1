import django.contrib.postgres.functions
from django.db import migrations, models

RENEW = """
CREATE FUNCTION posts_post_new_edition() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.edition := gen_random_uuid();
    RETURN NEW;
END
$$;

CREATE TRIGGER new_edition BEFORE UPDATE ON posts_post
    FOR EACH ROW EXECUTE FUNCTION posts_post_new_edition();

CREATE FUNCTION posts_terms_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE posts_post SET edition = DEFAULT WHERE code IN (OLD.post_id, NEW.post_id);
    RETURN NULL;
END
$$;
"""
FOLLOW = """
CREATE TRIGGER new_edition AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION posts_terms_changed();
"""
TABLES = ("posts_service", "posts_tariff", "posts_openingrule", "posts_closure")

LIFT = """
DROP TRIGGER new_edition ON posts_post;
DROP FUNCTION posts_post_new_edition();
DROP FUNCTION posts_terms_changed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_shipping_and_answers")]

    operations = [
        migrations.AddField(
            "post",
            "edition",
            models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False),
        ),
        migrations.RunSQL(RENEW + "".join(FOLLOW.format(table=table) for table in TABLES), LIFT),
    ]
