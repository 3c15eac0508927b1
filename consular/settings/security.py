from consular.settings.environment import ENV, IS_SANDBOX

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [(ENV["STAFF_URL"] or ENV["PUBLIC_URL"]).rstrip("/")]
CSRF_FAILURE_VIEW = "consular.pages.form_refused"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not IS_SANDBOX
SECURE_HSTS_SECONDS = 0 if IS_SANDBOX else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_SANDBOX
SECURE_PROXY_SSL_HEADER = None if IS_SANDBOX else ("HTTP_X_FORWARDED_PROTO", "https")

AUTHENTICATION_BACKENDS = ["apps.passkeys.backends.Passkeys"]
if IS_SANDBOX:  # what the demo prints signs in; in production a session opened by password is nobody's
    AUTHENTICATION_BACKENDS += ["apps.accounts.passwords.CountedPasswords"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SIGNING_KEYS_BACKEND = ENV["SIGNING_KEYS_BACKEND"]
SIGNING_KEYS_DIR = ENV["SIGNING_KEYS_DIR"]
SIGNING_KEYS_PASSPHRASE = ENV["SIGNING_KEYS_PASSPHRASE"]
AUDIT_KEYS_DIR = ENV["AUDIT_KEYS_DIR"]
AUDIT_KEYS_PASSPHRASE = ENV["AUDIT_KEYS_PASSPHRASE"]
PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN = ENV["PKCS11_MODULE"], ENV["PKCS11_TOKEN"], ENV["PKCS11_PIN"]

_PLAIN = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_OWN = f"{_PLAIN}; form-action 'self'; font-src 'self'; connect-src 'self'"
CSP = {
    "nothing": f"{_PLAIN}; form-action 'none'",
    "page": f"{_OWN}; script-src 'self'; style-src 'self'; img-src 'self' data: blob:",
    # the theme: Alpine reads its expressions from attributes, which needs eval; colours stand in a <style>
    "desk": f"{_OWN}; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    # Swagger's start page is one inline script and its pictures are inline
    "docs": f"{_OWN}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
}
CSP_PLAIN_PAGES = ("/admin/login/", "/admin/enrol/", "/admin/logout/")
"""Below /admin, but without the theme."""
