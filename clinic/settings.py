"""Everything that differs between places comes from environment variables; `manage.py up` fills in what one machine needs."""

from pathlib import Path
from secrets import token_urlsafe

import dj_database_url
import dj_email_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from environs import Env, validate

from clinic.environment import DEFAULT_SECRET_KEY, is_public, kept, photo_storage, public_url, require_safe_start, sms_gateway
from clinic.logging import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".data").resolve()
DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SECRET_KEY = env.str("SECRET_KEY", None) or kept(DATA_DIR, "secret_key") or DEFAULT_SECRET_KEY
PUBLIC_ADDRESS = is_public(host=HOST, allowed_hosts=ALLOWED_HOSTS)
PUBLIC_URL = public_url(env, allowed_hosts=ALLOWED_HOSTS, port=PORT)
THROTTLED = not (env.str("THROTTLES", "on") == "off" and DEMO and not PUBLIC_ADDRESS)
require_safe_start(public=PUBLIC_ADDRESS, debug=DEBUG, secret_key=SECRET_KEY)

INSTALLED_APPS = [
    "clinic.apps.ClinicAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "csp",
    "phonenumber_field",
    "anymail",
    "clinic",
    "patients",
    "treatments",
    "appointments",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "clinic.logging.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The database. The pool says within 1.5 s that it has no connection, so that a lost server is answered within three.
DATABASE_URL = env.str("DATABASE_URL", None) or kept(DATA_DIR, "run/database_url") or "postgresql://pearl@127.0.0.1:5432/pearl"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=True)}
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
    "connect_timeout": 2,
    "application_name": env.str("APPLICATION_NAME", "pearl"),
    # Unset, each history trigger raises and catches an error to find that nothing is to be ignored: ten times its own cost.
    "options": "-c pgtrigger.ignore={}",
    "pool": {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL", 16),
        "timeout": 1.5,
        "reconnect_timeout": 5,
    },
}

# Time, language, files.
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = True
STATIC_URL = "/static/"
COLLECTED = env.bool(
    "COLLECTED", False
)  # An image holds them collected, hashed and compressed; elsewhere they are served as they lie.
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "static_root") if COLLECTED else None
WHITENOISE_USE_FINDERS = not COLLECTED
STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if COLLECTED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
PHOTOS_DIR = DATA_DIR / "photos"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
    "photos": photo_storage(env, folder=PHOTOS_DIR),
}
# The only files that anybody uploads are pictures: they stay in memory, and what is longer is refused before it is read.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 12_100_000

# Who is who.
AUTH_USER_MODEL = "clinic.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

# Transport. HTTPS is taken for granted except in debug mode and in the demo on one machine; HTTPS=0 says otherwise.
HTTPS = env.bool("HTTPS", not DEBUG and not DEMO)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# The API.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clinic.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clinic.api.permissions.Nobody"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "clinic.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clinic.api.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pearl",
    "DESCRIPTION": "Booking and treatment tracking for a milia clinic.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # Choices stand where they are used: names made up for shared ones would change with every new field.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# The queue. The broker is a doorbell: publishing fails fast, and what is due stands in the database.
REDIS_URL = env.str("REDIS_URL", None) or kept(DATA_DIR, "run/redis_url") or "redis://127.0.0.1:6379/0"
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 90,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "max_retries": 0,
    "retry_policy": {"max_retries": 0, "timeout": 0.5},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = ["clinic.heartbeat"]
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "show that the worker works": {
        "task": "clinic.heartbeat.refresh",
        "schedule": 10,
        "options": {"expires": 20},
    },
    "deliver due messages": {
        "task": "appointments.tasks.deliver_due_messages",
        "schedule": 5,
        "options": {"expires": 30},
    },
    "end holds that ran out": {
        "task": "appointments.tasks.end_holds",
        "schedule": 5,
        "options": {"expires": 30},
    },
    "offer freed times to the waitlist": {
        "task": "appointments.tasks.offer_freed_times",
        "schedule": 5,
        "options": {"expires": 30},
    },
    "look for visits whose authority has ended": {
        "task": "appointments.tasks.sweep_authority",
        "schedule": crontab(hour=7, minute=15),
    },
    "follow referrals": {
        "task": "patients.tasks.follow_referrals",
        "schedule": crontab(hour=7, minute=30),
    },
    "remove picture files that no photo keeps": {
        "task": "patients.tasks.sweep_photo_files",
        "schedule": crontab(hour=8, minute=30),
    },
    "carry the rosters forward": {
        "task": "clinic.tasks.extend_rosters",
        "schedule": crontab(hour=7, minute=45),
    },
    "show tasks that were put off": {
        "task": "clinic.tasks.wake_tasks",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Each hour, because each site has a midnight of its own.
    "tell of papers that end": {
        "task": "clinic.tasks.watch_expirables",
        "schedule": crontab(minute=20),
        "options": {"expires": 3600},
    },
    "delete what is of no more use": {
        "task": "clinic.tasks.tidy",
        "schedule": crontab(hour=8, minute=15),
    },
}

# How long a freed time is kept for the one on the waitlist to whom it is offered.
WAITLIST_HOLD_MINUTES = env.int("WAITLIST_HOLD_MINUTES", 30, validate=validate.Range(min=1))

# What health asks: a callable `(now) -> datetime | None`, the due time of the oldest message that should have left.
OLDEST_DUE_MESSAGE = "appointments.selectors.backlog.oldest_due_at"

# Seconds for which a worker claims messages; those of one that died leave with another worker once they are over.
MESSAGE_LEASE_S = env.float("MESSAGE_LEASE_S", 60)

# Mail: EMAIL_URL names a real server; without one, messages are lines of an outbox file in the data folder.
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Pearl Clinic <clinic@localhost>")
EMAIL_URL = env.str("EMAIL_URL", None)
if EMAIL_URL:
    _mail = dj_email_url.parse(EMAIL_URL)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "appointments.mail.OutboxBackend"

# What others hand over: answers and receipts of texts are signed with INBOUND_SECRET, events of e-mails come with the name and
# password (`name:password`) of ANYMAIL_WEBHOOK_SECRET. Without them nothing is taken: unset, that one is known to nobody.
INBOUND_SECRET = env.str("INBOUND_SECRET", "")
ANYMAIL = {"WEBHOOK_SECRET": env.list("ANYMAIL_WEBHOOK_SECRET", []) or [token_urlsafe()]}

# Text messages: SMS_GATEWAY names who sends them; without one, they are lines of the same file (appointments/gateways.py).
SMS_GATEWAY, SMS_URL, SMS_TOKEN = sms_gateway(env)

# Logs: one JSON line each, on stderr, without values that may belong to a patient.
LOGGING = configuration(level=env.log_level("LOG_LEVEL", "INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_STATUS_2XX_LOG_LEVEL = 20
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = 10
PROMETHEUS_EXPORT_MIGRATIONS = False
