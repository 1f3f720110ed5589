"""Settings of the whole system; every choice comes from the environment, unset means embedded and safe."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.urls import reverse_lazy

from oms import env
from oms.logs import LOGGING as LOGGING

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secret_key")
FIELD_KEYS = env.words("FIELD_KEYS") or [env.secret("FIELD_KEYS", VAR_DIR / "field_key")]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("HTTPS")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.flag("HSTS_SUBDOMAINS", True)
# W021 asks for the browsers' own list of https sites: a domain gets on it for years, so its owner decides
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "oms.foundation.console.errors.form_expired"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "simple_history",
    "django_structlog",
    "axes",
    "oms.foundation",
    "inventory",
    "orders",
    "fulfillment",
    "returns",
    "oms.outlets",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oms.foundation.web.body_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "oms.foundation.logins.asking.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oms.foundation.request_log.RequestLog",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "oms.foundation.web.content_security_policy",
    "oms.foundation.web.api_problems",
]

ROOT_URLCONF = "oms.urls"
WSGI_APPLICATION = "oms.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
SESSION_ENGINE = "oms.foundation.logins.sessions"
SESSION_COOKIE_AGE = 43_200  # a long shift
# Wrong passwords of one person from one address, and of anybody from one address, that lock it out for a while.
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURES", 5)
LOGIN_FAILURES_OF_ADDRESS = env.number("LOGIN_FAILURES_OF_ADDRESS", 50)
AXES_COOLOFF_TIME = timedelta(minutes=env.number("LOGIN_LOCKED_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "oms.foundation.logins.lockout.Attempts"
AXES_CLIENT_IP_CALLABLE = "oms.foundation.logins.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "oms.foundation.logins.lockout.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# Roles whose people must sign in with a second factor; "*" means everybody. Whoever wants one can have it anyway.
SECOND_FACTOR = env.words("SECOND_FACTOR")
LOGIN_URL, LOGIN_REDIRECT_URL = reverse_lazy("admin:login"), reverse_lazy("admin:index")

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["oms.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_194_304
API_BODY_LIMIT = 1_048_576
UPLOAD_LIMIT = 20_971_520
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "orders@example.com")
EMAIL_TIMEOUT = 10

REDIS_URL = env.text("REDIS_URL")
EMBEDDED = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"polling_interval": 0.1}
    if EMBEDDED
    else {
        # a bell that was taken is forgotten: no worker that dies, and no broker, has anything to bring back
        "ack_emulation": False,
        "socket_timeout": 2,
        "socket_connect_timeout": 0.5,
        "socket_keepalive": True,
        # a bell is not worth a wait: one try, and the sweep finds the work
        "max_retries": 1,
        "interval_start": 0,
        "interval_max": 0,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True  # so that a worker holds no more bells than it can answer
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 2**31  # never: connections go back to the pool, see oms.celery
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_TASK_DEFAULT_QUEUE = "flow"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "oms.foundation.tasks.sweep", "schedule": 2.0, "options": {"expires": 10}},
}

LEASE_SECONDS = env.number("LEASE_SECONDS", 30)
# Seconds after which the provider is asked about an answer that was lost, then asked again.
UNKNOWN_ASK_SECONDS = [int(s) for s in env.words("UNKNOWN_ASK_SECONDS", "5,30,120,600,3600,21600,86400")]
# Seconds after which a mail is tried again whose server could not be reached; the wait doubles each time.
MAIL_RETRY_SECONDS = env.number("MAIL_RETRY_SECONDS", 60)
# Seconds the sandbox gateway takes to answer.
SANDBOX_LATENCY = float(env.text("SANDBOX_LATENCY", "0"))
# Minor units above which a person's refund waits for a second person; 0 means never.
REFUND_APPROVAL_ABOVE = env.number("REFUND_APPROVAL_ABOVE", 0)
ALLOW_INSIDE_TARGETS = env.flag("ALLOW_INSIDE_TARGETS")
# Pieces of an order that is not paid by then are given back.
UNPAID_ALLOCATION_HOURS = env.number("UNPAID_ALLOCATION_HOURS", 72)
# Pieces by which a count may differ from the book, product by product, and still goes into the books by itself.
COUNT_TOLERANCE = env.number("COUNT_TOLERANCE", 1)
# Days of waiting that one step of priority counts for when back-orders are served; 0: priorities count nothing.
PRIORITY_STEP_DAYS = env.number("PRIORITY_STEP_DAYS", 3)
# Hours until a customer's time to accept a substitute is over.
SUBSTITUTE_OFFER_HOURS = env.number("SUBSTITUTE_OFFER_HOURS", 72)
# A parcel is at risk when it is not scanned for so long, days without work left out: after it was handed over, anywhere
# on its way, in customs.
FIRST_SCAN_HOURS = env.number("FIRST_SCAN_HOURS", 24)
STILL_PARCEL_DAYS = env.number("STILL_PARCEL_DAYS", 3)
CUSTOMS_DAYS = env.number("CUSTOMS_DAYS", 3)
# Days after a parcel left until which a claim is handed in at its carrier, and of carriers that want it another day.
CLAIM_DAYS = env.number("CLAIM_DAYS", 30)
CLAIM_DAYS_OF = {"fedex": 60, "ups": 60, "dhl_express": 30, "dhl_parcel_de": 30, **env.chances("CLAIM_DAYS_OF")}
# The sandbox carrier: seconds between two scans of a parcel, and how often it misbehaves in which way (0 to 1).
SANDBOX_TRACKING_SECONDS = env.number("SANDBOX_TRACKING_SECONDS", 60)
SANDBOX_CARRIER_FAULTS = env.chances("SANDBOX_CARRIER_FAULTS")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["orders.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["oms.foundation.api.permissions.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["oms.foundation.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "oms.foundation.api.paging.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "oms.foundation.api.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["oms.foundation.api.throttling.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": env.text("API_RATE", "6000/min"), "anon": "60/min"},
    "EXCEPTION_HANDLER": "oms.foundation.api.problems.answer",
    "NUM_PROXIES": env.number("NUM_PROXIES", 0),
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Order management API",
    "DESCRIPTION": "Orders, stock, shipments and returns of every channel.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["oms.foundation.api.permissions.SchemaPermission"],
    "SERVE_AUTHENTICATION": [
        "orders.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "TrackingStatusEnum": "fulfillment.states.TrackingStatus.choices",
        "RequestStateEnum": "fulfillment.states.RequestState.choices",
        "WalkStateEnum": "fulfillment.states.PickListState.choices",
        "StopStateEnum": "fulfillment.states.PickTaskState.choices",
    },
    "SERVE_INCLUDE_SCHEMA": False,
}
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

from oms.console import UNFOLD as UNFOLD  # noqa: E402  the console's look reads the settings above
