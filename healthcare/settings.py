"""Settings. Every value comes from the environment or from a default that works on a laptop.

A bad value names itself and the cure. What is unsafe in production is a system check
(`manage.py check --deploy`), not a comment.
"""

import os
from pathlib import Path

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from healthcare.rest.log_configuration import configuration
from healthcare.runtime.broker import celery_broker
from healthcare.runtime.database_url import databases
from healthcare.runtime.rates import reading_rates
from healthcare.runtime.schedule import BEAT_SCHEDULE
from healthcare.runtime.secrets import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("MIMAMORI_VAR") or BASE_DIR / "var")


def flag(name: str, default: bool) -> bool:
    """Read a yes/no variable; anything else is an error that says what is allowed."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: set it to 1 or 0.")


def number(name: str, default: int) -> int:
    """Read a whole number above zero."""
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit()) or int(value) == 0:
        raise ImproperlyConfigured(f"{name}={value!r}: set it to a whole number above 0.")
    return int(value)


DEBUG = flag("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(VAR_DIR)
# Former keys: what they signed or sealed is still read, nothing new is made with them.
SECRET_KEY_FALLBACKS = [k for k in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if k]
ALLOWED_HOSTS = [
    h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h
]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
    "healthcare.walls",
    "healthcare.runtime",
    "healthcare.rest",
    "healthcare.audit",
    "healthcare.brakes",
    "healthcare.hospitals",
    "healthcare.history",
    "healthcare.accounts",
    "healthcare.patients",
    "healthcare.subscribers",
    "healthcare.persons",
    "healthcare.inviting",
    "devices",
    "packages",
    "reports",
    "portal",
]

MIDDLEWARE = [
    # First, so that no answer leaves without its headers: not a redirect, not a file, no error.
    "healthcare.rest.middleware.ResponseHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Whose session ended, or who owes a second factor, is nobody for everything below.
    "healthcare.accounts.middleware.LiveSessions",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# Views that answer machines, by path: no session, no cookie, no language, no page.
MACHINE_DOORS = {"/api/v1/readings": "devices.api.readings.post_readings"}
# What takes their small posts on the event loop, when it can.
SMALL_POSTS = {"/api/v1/readings": "devices.api.single.post_one"}

ROOT_URLCONF = "healthcare.urls"
WSGI_APPLICATION = "healthcare.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Unset DATABASE_URL means the embedded PostgreSQL under var/, started when first needed.
DATABASES = databases(os.environ, VAR_DIR)
# What rows said before is found by the row and by the person; an index for each relation of each
# table would be written with every change and asked by nobody.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Attempts are counted across processes and servers, so in the database, in a table of a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "healthcare.accounts.passwords.NotGuessed"},
]
LOGIN_URL = "portal:sign-in"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:sign-in"

SESSION_SERIALIZER = "healthcare.accounts.sealing.SealedSerializer"
ACCOUNT_ADAPTER = "healthcare.accounts.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # of a sign-up that is closed
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser, the session on the server
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    # Codes that somebody of a family was given: for an address, and over all; docs/signing-in.md.
    "invitation_code": "20/5m/ip,300/m/key",
    # Codes on the boxes of devices, likewise; docs/device-life.md.
    "device_code": "20/5m/ip,300/m/key",
}
MFA_ADAPTER = "healthcare.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Mimamori"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off; no code counts twice
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "healthcare.accounts.factors.CodeForm",
    "reauthenticate": "healthcare.accounts.factors.ConfirmingCodeForm",
    "activate_totp": "healthcare.accounts.factors.NewAuthenticatorForm",
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("日本語"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

STATIC_URL = "static/"
# Static files are found where they lie, so no collectstatic step stands between clone and page.
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page of another site needs our scripts

# Over https cookies are Secure and the browser is told to stay there; plain localhost drops
# Secure cookies, so the laptop default is off and `check --deploy` says so.
HTTPS = flag("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY", False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# `__Host-`: the browser takes the cookie only over https and for this host alone.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
_host = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_host}session"
CSRF_COOKIE_NAME = f"{_host}csrf"
LANGUAGE_COOKIE_NAME = f"{_host}language"
THEME_COOKIE_NAME = f"{_host}theme"
# What a page says after a change stays on the server: a cookie can be read on the way.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SESSION_COOKIE_AGE = 12 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "healthcare.accounts.authentication.PersonalTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["healthcare.rest.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "healthcare.rest.pages.CursorPages",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "healthcare.rest.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Mimamori",
    "DESCRIPTION": "Remote health monitoring: readings in, reports and charges out.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        # The door for devices is a plain view, which the generator does not see.
        "devices.api.schema.describe_readings",
    ],
}

# Every task is idempotent and its row says what is to be done, so late acknowledgement is safe
# and early acknowledgement is not: killed workers lost 19 of 400 tasks with it, none without.
for _name, _value in celery_broker(os.environ).items():
    globals()[f"CELERY_{_name.upper()}"] = _value
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 45
CELERY_TASK_SOFT_TIME_LIMIT = 40
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")  # inviting.md
OUTBOX_DIR = VAR_DIR / "outbox"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")  # no e-mail leaves while it is empty
EMAIL_PORT = number("EMAIL_PORT", default=25)
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10  # below the time limit of a task
for _name in ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"):
    globals()[_name] = os.environ.get(_name, "")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "mimamori@localhost")

# So many patients a clinician looks at in a day; hospitals may set theirs. More takes a reason.
PATIENTS_A_DAY = number("PATIENTS_A_DAY", default=300)
# So many members somebody at the support desk looks up in 24 hours.
LOOK_UPS_A_DAY = number("LOOK_UPS_A_DAY", default=200)
# A file that would create or update as many rows needs a second person's approval.
IMPORT_SECOND_APPROVAL = number("IMPORT_SECOND_APPROVAL", default=100_000)

READING_RATES = reading_rates(os.environ)  # docs/running.md#rate-limits
# Kinds whose experimental hints are shown, with commas: no clinician has signed them.
EXPERIMENTAL_HINTS = tuple(
    k.strip() for k in os.environ.get("EXPERIMENTAL_HINTS", "").split(",") if k.strip()
)
# A broker of MQTT whose devices publish readings; unset, there is none. docs/formats/mqtt.md.
MQTT_URL = os.environ.get("MQTT_URL", "")

FONTS_DIR = VAR_DIR / "fonts"

# Nothing that looks like a person stands in the log: see docs/audit.md.
LOG_LEVEL = os.environ.get("LOG_LEVEL", "WARNING").upper()
LOGGING = configuration(LOG_LEVEL)
if not DEBUG:
    DEFAULT_EXCEPTION_REPORTER = "healthcare.rest.reports.BareReporter"
