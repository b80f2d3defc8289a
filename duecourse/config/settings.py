"""Django's settings, read from the environment. docs/reference/settings.md repeats this list.

DATABASE_URL, DATABASE_APP_URL  a PostgreSQL of your own (else the embedded one)
DUECOURSE_BACKUP_URL            a role with BYPASSRLS on your own PostgreSQL, for `duecourse backup` and `restore`
DUECOURSE_DATA                  folder for secrets and files (default: .duecourse in the project)
DUECOURSE_POSTGRES              system, wheel, or the folder of the programs the embedded server is started with
DUECOURSE_HOSTS                 host names it answers to, by commas (default: this machine)
DUECOURSE_HTTPS                 1 behind a TLS proxy: secure cookies, HSTS
DUECOURSE_SMTP                  smtp://user:password@host:587?tls=starttls (default: mails are written to files)
DUECOURSE_MAIL_FROM             sender of mails
DUECOURSE_WEBHOOKS_LOCAL        1 to let webhooks call this machine itself, by http too (development and tests only)
DUECOURSE_DEMO                  off: `make run` leaves an empty database empty and prints a set-up link for your own company
DUECOURSE_DEBUG                 1 for detailed error pages (never where others can reach it)
DUECOURSE_SECRET_KEY            default: made once, kept in the data folder
"""

import os
import urllib.parse
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from duecourse.config import database, embedded


def flag(name: str) -> bool:
    """A yes-or-no setting. Errors: ImproperlyConfigured on anything else, so that a typo never switches safety off."""
    value = os.environ.get(name, "0").strip().lower()
    if value not in ("0", "1", "true", "false", "yes", "no", ""):
        raise ImproperlyConfigured(f"{name}={value!r}: say 1 or 0")
    return value in ("1", "true", "yes")


def words(name: str, default: str) -> list[str]:
    """A list by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


DATA = embedded.data_folder()
DEBUG = flag("DUECOURSE_DEBUG")
HTTPS = flag("DUECOURSE_HTTPS")
SECRET_KEY = os.environ.get("DUECOURSE_SECRET_KEY") or embedded.secret("secret_key")
ALLOWED_HOSTS = words("DUECOURSE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

ROOMS = [
    "core", "access", "tailoring", "notices", "documents", "customers", "catalog", "ledger", "receivables", "prediction", "credit", "orders",
    "invoicing", "bank", "cash", "collection", "forecasting", "kpis",
]  # fmt: skip
DOORS = ["web", "api", "jobs"]
INSTALLED_APPS = [
    *(f"duecourse.{name}" for name in ROOMS + DOORS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_cotton",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "duecourse.config.static.StaticFiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "duecourse.config.security.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "duecourse.config.security.SessionLimits",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "duecourse.web.language.PersonalLanguage",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "duecourse.config.urls"
WSGI_APPLICATION = "duecourse.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [embedded.PROJECT / "duecourse" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "duecourse.config.security.nonce",
                "duecourse.config.entrance.demo",
            ]
        },
    }
]

# -- database: the application's role; the owner's only where DUECOURSE_ROLE=owner
_access = database.known()
DATABASES = {"default": database.django_settings(_access)}
APPLICATION_ROLE = _access.application.user if _access else embedded.APPLICATION
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

# -- people
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_ADAPTER = "duecourse.config.security.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by mail: opening the invitation proves the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True  # the session's own idle and absolute limits apply
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Duecourse"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# -- sessions and cookies
SESSION_COOKIE_AGE = 30 * 60  # idle
SESSION_ABSOLUTE_AGE = 12 * 60 * 60  # since log-in
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "duecourse_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "duecourse_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True

# -- headers (the content security policy stands in config/security.py)
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = False  # the proxy's work
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# -- language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
LOCALE_PATHS = [embedded.PROJECT / "duecourse" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- files
STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("DUECOURSE_STATIC") or DATA / "static"
MEDIA_ROOT = DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or flag("DUECOURSE_PLAIN_STATIC")
        else "duecourse.web.storage.Storage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or flag("DUECOURSE_PLAIN_STATIC")
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

# -- mail
_smtp = urllib.parse.urlsplit(os.environ.get("DUECOURSE_SMTP", ""))
_smtp_options = dict(urllib.parse.parse_qsl(_smtp.query))
MAIL_LEAVES_THE_HOUSE = bool(_smtp.hostname)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_LEAVES_THE_HOUSE else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_HOST = _smtp.hostname or "localhost"
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = urllib.parse.unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = urllib.parse.unquote(_smtp.password or "")
EMAIL_USE_TLS = _smtp_options.get("tls") == "starttls"
EMAIL_USE_SSL = _smtp_options.get("tls") == "ssl" or _smtp.scheme == "smtps"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("DUECOURSE_MAIL_FROM", "duecourse@duecourse.invalid")

# -- webhooks
WEBHOOKS_MAY_BE_LOCAL = flag("DUECOURSE_WEBHOOKS_LOCAL")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "duecourse.config.logs.Json"}},
    "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["standard"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["standard"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["standard"], "level": "INFO", "propagate": False},
        "procrastinate": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = [
    "security.W004",
    "security.W008",
    "security.W012",
    "security.W016",
]  # HTTPS is the proxy's (DUECOURSE_HTTPS)
