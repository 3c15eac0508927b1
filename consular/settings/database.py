from datetime import timedelta

from environ import Env

from consular.settings.environment import ENV

_GIVEN = Env.db_url_config(ENV["DATABASE_URL"])

DATABASES = {
    "default": _GIVEN
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": "-c statement_timeout=15s -c lock_timeout=10s",
            "application_name": ENV["PROCESS"],
        }
        | _GIVEN.get("OPTIONS", {}),
    }
}
MIGRATE_LOCK_TIMEOUT = timedelta(seconds=ENV["MIGRATE_LOCK_TIMEOUT_SECONDS"])
MIGRATE_STATEMENT_TIMEOUT = timedelta(seconds=ENV["MIGRATE_STATEMENT_TIMEOUT_SECONDS"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
