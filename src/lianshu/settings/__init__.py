"""Django settings, from environment variables (docs/settings.md lists them all)."""

from pathlib import Path

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lianshu.settings import environment as env

# Lets fields, querysets and forms name their types at run time as the type checker reads them.
django_stubs_ext.monkeypatch()

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent

ENVIRONMENTS = ("demo", "test", "production")
ENVIRONMENT = env.text("LIANSHU_ENV", "demo")
if ENVIRONMENT not in ENVIRONMENTS:
    raise ImproperlyConfigured(
        f"LIANSHU_ENV={ENVIRONMENT!r} is unknown. Use one of {', '.join(ENVIRONMENTS)}."
    )
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("LIANSHU_DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("LIANSHU_DEBUG must be 0 when LIANSHU_ENV is production.")

VAR = Path(env.text("LIANSHU_VAR", str(ROOT / "var")))
"""Where SQLite, uploads and the demo's mail go; outside the web root."""
VAR.mkdir(parents=True, exist_ok=True)
PACKS = Path(env.text("LIANSHU_PACKS", str(ROOT / "packs")))
LIANSHU_CALENDAR_PACK = env.text("LIANSHU_CALENDAR_PACK", "national")
"""The pack whose office hours count."""
LIANSHU_HASH = env.text("LIANSHU_HASH", "sha256")
"""By which algorithm case events are chained from now on: sha256, or sm3."""
# Of a hundred closed cases, so many are called about by a unit that had no part in them.
CALLBACK_PERCENT = env.number("LIANSHU_CALLBACK_PERCENT", default=5)

if LIANSHU_HASH not in {"sha256", "sm3"}:
    raise ImproperlyConfigured(f"LIANSHU_HASH={LIANSHU_HASH!r} is unknown. Use sha256 or sm3.")

# Demo and tests may use the public key below; production must bring its own.
SECRET_KEY = env.text(
    "LIANSHU_SECRET_KEY", None if PRODUCTION else "demo-only-key-that-everybody-knows-" + "x" * 24
)
ALLOWED_HOSTS = env.words(
    "LIANSHU_ALLOWED_HOSTS", default="" if PRODUCTION else "127.0.0.1,localhost,testserver"
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("LIANSHU_ALLOWED_HOSTS is empty: name the host people open.")
SITE_URL = env.text("LIANSHU_SITE_URL", None if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

DATABASES = {"default": env.database(env.text("DATABASE_URL", ""), var=VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "lianshu.web",
    "lianshu.records",
    "lianshu.audit",
    "lianshu.files",
    "lianshu.notices",
    "lianshu.jobs",
    "lianshu.ui",
    "lianshu.imports",
    "lianshu.registry",
    "lianshu.accounts",
    "lianshu.exchange",
    "lianshu.casework",
    "lianshu.rounds",
    "lianshu.chainmap",
    "lianshu.coverage",
    "lianshu.entitlements",
    "lianshu.demo",
    "lianshu.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
]
if DEBUG:
    # Read-only, and only for whoever develops: see docs/decisions.
    INSTALLED_APPS += ["django.contrib.admin"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lianshu.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lianshu.accounts.middleware.ActorMiddleware",
    "lianshu.ui.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "lianshu.web.urls"
WSGI_APPLICATION = "lianshu.web.wsgi.application"

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
                "lianshu.web.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "lianshu.ui.templatetags.ui"],
        },
    }
]

# --- log-in -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "lianshu.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Counted in the database cache, so that all web processes share one count.
# One window for all, so that the page that refuses can say when to try again.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,30/5m/ip",
    "reset_password": "20/5m/ip,3/5m/key",
    "reset_password_from_key": "30/5m/ip",
    "join": "30/5m/ip,10/5m/key",
    "claim": "30/5m/ip,8/5m/key",
    "answer": "30/5m/ip,10/5m/key",
}
# Behind proxies all requests come from one address unless they are told apart.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("LIANSHU_TRUSTED_PROXIES", default=0)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "records_cache",
    }
}

# --- languages and time -------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("LIANSHU_STATIC", str(VAR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR / "files")},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# What is stored is limited per file by `files.services`; this bounds one request as a whole.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_MAX_BYTES = env.number("LIANSHU_FILE_MAX_MB", default=50, least=1) * 1024 * 1024

# --- jobs and mail ------------------------------------------------------------------------
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    }
}
EMAIL_HOST = env.text("LIANSHU_EMAIL_HOST", "")
EMAIL_PORT = env.number("LIANSHU_EMAIL_PORT", default=25, least=1)
EMAIL_HOST_USER = env.text("LIANSHU_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("LIANSHU_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("LIANSHU_EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("LIANSHU_EMAIL_FROM", "lianshu@localhost")
# Without a mail server mail is written to files that a person can open, never silently dropped.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "mail"
WEBHOOK_HOSTS = frozenset(word.lower() for word in env.words("LIANSHU_WEBHOOK_HOSTS"))
"""`host` or `host:port`. Production sends webhooks to these only; empty means to nobody there."""

# --- security -----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.flag("LIANSHU_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.number("LIANSHU_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LIANSHU_LOG_LEVEL", "WARNING")},
}
