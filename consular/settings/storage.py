from typing import Any

from environ import Env

from consular.settings.base import BASE_DIR
from consular.settings.environment import ENV

FILE_KEYS = ENV["FILE_KEYS"]
CLAMAV_URL = ENV["CLAMAV_URL"]

STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENV["S3_BUCKET"],
            "endpoint_url": ENV["S3_ENDPOINT_URL"],
            "access_key": ENV["S3_ACCESS_KEY_ID"],
            "secret_key": ENV["S3_SECRET_ACCESS_KEY"],
            "region_name": ENV["S3_REGION"],
            "signature_version": "s3v4",
            "addressing_style": "path",
            "default_acl": None,
            "file_overwrite": True,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if ENV["AUDIT_HEADS_BUCKET"]:
    _S3 = STORAGES["default"]["OPTIONS"]
    STORAGES["audit_heads_bucket"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {**_S3, "bucket_name": ENV["AUDIT_HEADS_BUCKET"], "file_overwrite": False},
    }
if ENV["AUDIT_HEADS_DIR"]:
    STORAGES["audit_heads_dir"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV["AUDIT_HEADS_DIR"], "file_permissions_mode": 0o444},
    }

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"

_MAIL = Env.email_url_config(ENV["EMAIL_URL"])
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"], _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"], _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV["EMAIL_FROM"]
