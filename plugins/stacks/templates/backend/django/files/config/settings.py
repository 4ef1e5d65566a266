"""What is secret, and what differs between machines, comes from .env."""
import os
from pathlib import Path

<%# database.mariadb %>
import pymysql

# Stands in for mysqlclient, which would have to be compiled.
pymysql.install_as_MySQLdb()

<%/ database.mariadb %>
TITLE = <% title.python %>

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = os.environ.get("DJANGO_DEBUG") == "true"
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")

INSTALLED_APPS = [
<%# frontend.none %>
    "django.contrib.staticfiles",
<%/ frontend.none %>
    "notes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
<%# frontend.none %>
    "whitenoise.middleware.WhiteNoiseMiddleware",
<%/ frontend.none %>
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
<%# frontend.none %>

TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
<%/ frontend.none %>

<%# database.any %>
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

<%/ database.any %>
<%# has_port.database %>
DATABASES = {
    "default": {
<%# database.postgresql %>
        "ENGINE": "django.db.backends.postgresql",
<%/ database.postgresql %>
<%# database.mariadb %>
        "ENGINE": "django.db.backends.mysql",
<%/ database.mariadb %>
        "HOST": os.environ.get("DATABASE_HOST", "127.0.0.1"),
        "PORT": os.environ.get("DATABASE_PORT"),
        "NAME": os.environ.get("DATABASE_NAME"),
        "USER": os.environ.get("DATABASE_USER"),
        "PASSWORD": os.environ.get("DATABASE_PASSWORD"),
<%# database.postgresql %>
        "OPTIONS": {"connect_timeout": 4},
<%/ database.postgresql %>
<%# database.mariadb %>
        "OPTIONS": {"connect_timeout": 4, "charset": "utf8mb4"},
<%/ database.mariadb %>
    }
}

<%/ has_port.database %>
<%# database.sqlite %>
file = BASE_DIR / os.environ.get("DATABASE_FILE", "data/database.sqlite")
file.parent.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file}}

<%/ database.sqlite %>
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# Without this, Django would tell nobody of errors where DEBUG is off.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"level": "INFO"}},
}
