"""A real CAS server as a process of its own: `django-cas-server` on loopback, its data in a folder that is thrown away.

python cas_process.py FOLDER: prints `ready PORT` once it answers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from werkzeug.serving import make_server

USERS = {"zhou.min": "周敏", "clerk": "别人"}
PASSWORD = "Cas-2026!"
SERVICE = r"^http://127\.0\.0\.1:\d+/login/cas/"


def configure(folder: Path) -> None:
    apps = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    middleware = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    )
    processors = ("debug", "request", "static")
    settings.configure(
        SECRET_KEY="test",
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "cas_server"],
        MIDDLEWARE=middleware,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "cas.sqlite3"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF=__name__,
        STATIC_URL="/static/",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        *(f"django.template.context_processors.{name}" for name in processors),
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        CAS_NEW_VERSION_HTML_WARNING=False,
        CAS_NEW_VERSION_EMAIL_WARNING=False,
    )
    django.setup()


def fill() -> None:
    """People, and our service: with their names, and told of logouts."""
    from cas_server.models import ReplaceAttributName, ServicePattern
    from django.contrib.auth.models import User

    for name, title in USERS.items():
        User.objects.create_user(name, password=PASSWORD, first_name=title)
    pattern = ServicePattern.objects.create(name="benefits", pattern=SERVICE, single_log_out=True)
    ReplaceAttributName.objects.create(name="first_name", replace="displayName", service_pattern=pattern)


def serve() -> None:
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), threaded=True)
    print("ready", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    from django.urls import include, path

    urlpatterns = [path("cas/", include("cas_server.urls", namespace="cas_server"))]
    call_command("migrate", verbosity=0)
    fill()
    serve()
