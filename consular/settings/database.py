from environ import Env

from consular.settings.environment import ENV

_GIVEN = Env.db_url_config(ENV["DATABASE_URL"])

DATABASES = {
    "default": _GIVEN
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "options": "-c statement_timeout=15s -c lock_timeout=10s"}
        | _GIVEN.get("OPTIONS", {}),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
