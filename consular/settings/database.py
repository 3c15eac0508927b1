from environ import Env

from consular.settings.environment import ENV

DATABASES = {
    "default": Env.db_url_config(ENV["DATABASE_URL"])
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "options": "-c statement_timeout=15s -c lock_timeout=10s"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
