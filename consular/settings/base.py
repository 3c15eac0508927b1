from pathlib import Path

from django.utils.translation import gettext_lazy as _

from consular.settings.environment import ENV, IS_SANDBOX

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VERSION = "0.1.0"
SANDBOX = IS_SANDBOX
SECRET_KEY = ENV["SECRET_KEY"]
PERSON_KEY = ENV["PERSON_KEY"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
PROCESS = ENV["PROCESS"]
PUBLIC_URL = ENV["PUBLIC_URL"].rstrip("/")
STAFF_URL = (ENV["STAFF_URL"] or ENV["PUBLIC_URL"]).rstrip("/")
DEBUG = False

INSTALLED_APPS = [
    # the staff screens' theme, before the admin it dresses
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "django_countries",
    # the project itself: its commands and templates
    "consular",
    # procedures
    "apps.travel_documents",
    # the case
    "apps.cases",
    # what is held about people
    "apps.privacy",
    # what happened to a passport
    "apps.losses",
    # capabilities, one outside concern each
    "apps.payments",
    "apps.documents",
    "apps.seals",
    "apps.notifications",
    # money in double entry, below whoever moves it
    "apps.ledger",
    # where and who
    "apps.posts",
    "apps.passkeys",
    "apps.accounts",
    # evidence and delivery
    "apps.audit",
    "apps.outbox",
    "apps.sms",
    # vocabulary
    "apps.kernel",
]

MIDDLEWARE = [
    "apps.kernel.api.probes.operators",
    "apps.kernel.api.metrics.measured",
    "django_structlog.middlewares.RequestMiddleware",
    "apps.kernel.api.middleware.request_id",
    "apps.kernel.api.bodies.body_limit",
    "django.middleware.security.SecurityMiddleware",
    "consular.headers.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "consular.database.desk.as_the_officer",
    "apps.passkeys.admin.guard.desk_guard",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if PROCESS == "api":
    # phones bring tokens; the database keeps sessions and rights from this process
    _OF_THE_DESK = {
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "consular.database.desk.as_the_officer",
        "apps.passkeys.admin.guard.desk_guard",
    }
    MIDDLEWARE = [name for name in MIDDLEWARE if name not in _OF_THE_DESK]

ROOT_URLCONF = "consular.urls"
WSGI_APPLICATION = "consular.wsgi.application"
AUTH_USER_MODEL = "accounts.User"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "consular" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

COUNTRIES_OVERRIDE = {"TW": _("Taiwan, China"), "HK": _("Hong Kong, China"), "MO": _("Macao, China")}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "consular" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DOCUMENT_PREFIX = ENV["DOCUMENT_PREFIX"]
FAULTS_DIR = ENV["FAULTS_DIR"]
