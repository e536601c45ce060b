"""Settings, all of them, read from the environment and safe for production by default.

A value that is missing or nonsense stops the start with its name. `./run` writes the environment
of a private instance; `.env.example` lists the variables for a server.

Units are part of the names: `_M` metres, `_S` seconds, `_MM` millimetres, `_BYTES`.
"""

import logging
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from gisapp import databases, gdal, schedule
from gisapp.environment import (
    basemap_sources,
    env,
    optional_secret,
    positive_float,
    positive_int,
    secret,
    strict_bool,
)
from gisapp.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
# Makes ModelAdmin[Model] and its like mean at run time what the type checker reads.
django_stubs_ext.monkeypatch()

# -- The instance ------------------------------------------------------------------------------

DEBUG = strict_bool("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY")
# The machine itself may always ask: health checks come from there.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=["localhost", "[::1]"]), "127.0.0.1"]
# Everything that one instance writes outside the database: media, static files, graph snapshots.
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / ".state")))
MEDIA_ROOT = STATE_DIR / "media"
MEDIA_URL = "/media/"
# An image brings its collected files along; elsewhere they belong to the instance.
STATIC_ROOT = Path(env.str("STATIC_DIR", default=str(STATE_DIR / "static")))
STATIC_URL = "/static/"
SNAPSHOT_DIR = STATE_DIR / "snapshots"  # network snapshots, memory-mapped by every process
# The public side's immutable files and their pointer, for the public process and any web server.
PUBLIC_DIR = Path(env.str("PUBLIC_DIR", default=str(STATE_DIR / "public")))

# -- GDAL and GEOS, before anything spatial is imported ----------------------------------------

gdal.harden()
GDAL_LIBRARY_PATH = gdal.gdal_library()
GEOS_LIBRARY_PATH = gdal.geos_library()

# -- Applications ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "gisapp.accounts",
    "network",
    "outages",
    "layers",
    "gisapp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.gis",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "leaflet",
]

MIDDLEWARE = [
    "gisapp.logs.PathOnlyRequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "gisapp.plain_text.PlainTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gisapp.accounts.signed_in.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gisapp.urls"
WSGI_APPLICATION = "gisapp.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "csp.context_processors.nonce",
            ],
        },
    },
]

# -- Database, cache, broker -------------------------------------------------------------------

AS_OWNER = strict_bool("AS_OWNER", default=False)
DATABASES: dict[str, dict[str, Any]] = databases.databases(as_owner=AS_OWNER)
APPLICATION_LOGIN: tuple[str, str] = databases.application_login()

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mainbreak",
    }
}

# -- Celery ------------------------------------------------------------------------------------
# The database is the queue of record (outbox rows, waiting reports); a message is only a wake-up,
# so nothing here needs results, retries by the broker or long visibility.

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "global_keyprefix": "mainbreak-celery:",
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
# A request waits a blink for a broker that is away (outages.tasks); the sweepers below find what
# was not announced.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 280
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
RECKONING_QUEUE = schedule.RECKONING_QUEUE
CELERY_BEAT_SCHEDULE = schedule.BEAT_SCHEDULE
CELERY_TASK_ROUTES = schedule.TASK_ROUTES
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "celerybeat-schedule")
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# -- People and sessions -----------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# Lock a name at an address, never a name everywhere: that would let anybody lock dispatchers out.
AXES_LOCKOUT_CALLABLE = "gisapp.views.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0) or None
AXES_IPWARE_META_PRECEDENCE_ORDER = (
    ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if AXES_IPWARE_PROXY_COUNT else ["REMOTE_ADDR"]
)

# HTTPS=false is for an address that only this machine or a front server reaches.
HTTPS = strict_bool("HTTPS", default=not DEBUG)
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; one long shift
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = env.str("SESSION_COOKIE_NAME", default="mainbreak_session")
CSRF_COOKIE_NAME = env.str("CSRF_COOKIE_NAME", default="mainbreak_csrf")
CSRF_COOKIE_HTTPONLY = False  # the page's own script reads it for its requests
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = False
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_REFERRER_POLICY = "same-origin"
if AXES_IPWARE_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes of a request's body, files not counted
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

# -- Content security policy -------------------------------------------------------------------

# Each: {"name", "url", "subdomains", "attribution", "crs": "wgs84" | "gcj02", "key"}. None by
# default: the map draws its own background from the database.
BASEMAPS: list[dict[str, Any]] = env.json("BASEMAPS", default=[])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # Leaflet positions its panes and markers through style attributes.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:", *basemap_sources(BASEMAPS)],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# -- Languages and time ------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Files -------------------------------------------------------------------------------------

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "gisapp.static_storage.HashedGzipStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("gz", "br", "png", "jpg", "jpeg", "webp", "woff2", "map")

# -- The map -----------------------------------------------------------------------------------

LEAFLET_CONFIG = {
    "TILES": [],
    "DEFAULT_CENTER": (22.93, 110.05),  # latitude, longitude
    "DEFAULT_ZOOM": 14,
    "MIN_ZOOM": 10,
    "MAX_ZOOM": 20,
    "SCALE": "metric",
    "ATTRIBUTION_PREFIX": "",
    # Its button is drawn from a bare URL, which hashed file names and the policy above break.
    "RESET_VIEW": False,
    # Leaflet finds its marker images by file name, which hashed names defeat: say where they are.
    "FORCE_IMAGE_PATH": f"{STATIC_URL}leaflet/images/",
}

# -- The utility -------------------------------------------------------------------------------

UTILITY_NAME = {
    "zh-hans": env.str("UTILITY_NAME_ZH", default="清江供水"),
    "en": env.str("UTILITY_NAME_EN", default="Qingjiang Water"),
}
HOTLINE = env.str("HOTLINE", default="952525")
# Who grants the permits of planned works, and the portal where citizens read of them.
PERMIT_AUTHORITY = env.str("PERMIT_AUTHORITY", default="市城市管理监督局")
PUBLIC_PORTAL = env.str("PUBLIC_PORTAL", default="红豆网")
# Where people outside reach the public side.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

# The demo town: its files, and the one password of its invented users. Empty on a real system.
DEMO_DIR = STATE_DIR / "demo"
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

# -- Geometry ----------------------------------------------------------------------------------

# Ends of pipes, valves and fittings nearer than this are one place.
SNAP_TOLERANCE_M = positive_float("SNAP_TOLERANCE_M", default=0.5)
# A report is tied to the nearest pipe within this distance.
REPORT_SNAP_M = positive_float("REPORT_SNAP_M", default=50)
# A customer without a pipe is tied to the nearest distribution pipe within this distance.
CUSTOMER_SNAP_M = positive_float("CUSTOMER_SNAP_M", default=80)
# A second report within this distance and time of an open one is offered as a duplicate.
DUPLICATE_REPORT_M = positive_float("DUPLICATE_REPORT_M", default=150)
DUPLICATE_REPORT_S = positive_int("DUPLICATE_REPORT_S", default=6 * 60 * 60)
# Where backups go: another disk or machine is better than this one. So many are kept.
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(STATE_DIR / "backups")))
BACKUPS_KEPT = positive_int("BACKUPS_KEPT", default=8)
# What backups are encrypted with; without it they are not.
BACKUP_KEY = optional_secret("BACKUP_KEY")
# Numbers and files of customers that one person is shown in so many seconds, and no more.
DISCLOSURES_AT_MOST = positive_int("DISCLOSURES_AT_MOST", default=30)
DISCLOSURES_WITHIN_S = positive_int("DISCLOSURES_WITHIN_S", default=600)
# So many reports a minute may one other system hand in.
INTAKE_PER_MINUTE = positive_int("INTAKE_PER_MINUTE", default=120)
# Stand in where no demand is metered, for pressures only: litres a person and day, and the peak
# hour against the mean. Assumptions of ours: set them to what the utility bills and measures.
LITRES_PER_PERSON_DAY = positive_float("LITRES_PER_PERSON_DAY", default=180)
PEAK_HOUR_FACTOR = positive_float("PEAK_HOUR_FACTOR", default=1.5)
# Plans that wait for a decision are graded unasked on networks up to this size: seconds of work.
PRESSURE_UNASKED_PIPES = positive_int("PRESSURE_UNASKED_PIPES", default=20_000)
# What "Where is the burst?" assumes, where it differs from its own guesses: JSON, such as
# {"call_dry": 0.08}. The names are in docs/where-is-the-burst.md.
BURST_GUESSES = env.json("BURST_GUESSES", default={})
# An outage area is drawn this far around the dry pipes.
AREA_BUFFER_M = positive_float("AREA_BUFFER_M", default=35)

# -- Imports -----------------------------------------------------------------------------------

IMPORT_MAX_BYTES = positive_int("IMPORT_MAX_BYTES", default=500 * 1024 * 1024)
IMPORT_MAX_UNPACKED_BYTES = positive_int("IMPORT_MAX_UNPACKED_BYTES", default=4 * 1024**3)
# Names the valves that running outages hold shut; an import leaves them as they stand.
HELD_VALVES = "gisapp.held_valves.held_valves"
# Names the outages that need one valve shut, for its card.
VALVE_HOLDERS = "gisapp.held_valves.valve_holders"

# -- Publication -------------------------------------------------------------------------------

# Counts below this are never told to the public, nor anything they could be computed from.
PUBLIC_MINIMUM_COUNT = positive_int("PUBLIC_MINIMUM_COUNT", default=10)
# Whether an emergency's first notice goes out by itself (docs/adr/0007); false waits for the desk.
NOTICE_AUTO_PUBLISH_UNPLANNED = strict_bool("NOTICE_AUTO_PUBLISH_UNPLANNED", default=True)
# A map's question to the database ends after this time, so that one window of it cannot stall all.
LAYERS_STATEMENT_TIMEOUT_MS = positive_int("LAYERS_STATEMENT_TIMEOUT_MS", default=2_000)

# -- Messages ----------------------------------------------------------------------------------

# Channel -> {"url", "token", ...}. A channel without an entry has no gateway and says so.
GATEWAYS: dict[str, dict[str, Any]] = env.json("GATEWAYS", default={})
GATEWAY_TIMEOUT_S = positive_float("GATEWAY_TIMEOUT_S", default=10)
# Messages under way at once on each channel; "at_once" in GATEWAYS says otherwise for one.
SENDERS_PER_CHANNEL = positive_int("SENDERS_PER_CHANNEL", default=4)
# Hosts inside our own network that subscribers' addresses may name; none by default.
OUTBOUND_PRIVATE_HOSTS = env.list("OUTBOUND_PRIVATE_HOSTS", default=[])
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="mainbreak@localhost")
EMAIL_TIMEOUT = 10  # seconds

# -- Logs --------------------------------------------------------------------------------------

LOGGING = logging_config(level=env.str("LOG_LEVEL", default="INFO"), as_json=not DEBUG)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
# Sweeps start several times a minute; that they ended says enough.
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
