"""Configuration from the environment; `deploy/operations.md` tells what each name means."""

import os
from datetime import timedelta
from pathlib import Path

from app.kernel.messages import N_

ROOT = Path(__file__).parent


def _replica(url: str | None) -> dict:
    """Flask-SQLAlchemy's second engine; a replica that is away must not keep people waiting."""
    return {"replica": {"url": url, "connect_args": {"connect_timeout": 2}}} if url else {}


class Config:
    """What `create_app` starts from. SECRET_KEY, DATA_HASH_KEY and DATA_CIPHER_KEY have no default on purpose."""

    ROOT = ROOT
    SECRET_KEY = os.environ.get("SECRET_KEY")
    DATA_HASH_KEY = os.environ.get("DATA_HASH_KEY")
    DATA_CIPHER_KEY = os.environ.get("DATA_CIPHER_KEY")
    DATA_CIPHER = os.environ.get("DATA_CIPHER") or "aes"
    DATA_CIPHER_FORMAT = os.environ.get("DATA_CIPHER_FORMAT") or "old"
    DATA_READ_KEYS = os.environ.get("DATA_READ_KEYS", "").split()
    SQLALCHEMY_DATABASE_URI = os.environ.get("DATABASE_URL")
    DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    SQLALCHEMY_BINDS = _replica(os.environ.get("DATABASE_REPLICA_URL"))
    # temporary tables live as long as their connection, and old ones would keep the database from being vacuumed
    SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_recycle": 3600, "hide_parameters": True}
    MIGRATION_LOCK_TIMEOUT = "5s"
    CAS_SERVER_URL = os.environ.get("CAS_SERVER_URL") or None
    CAS_CA_FILE = os.environ.get("CAS_CA_FILE") or None
    DATA_DIR = Path(os.environ.get("DATA_DIR", ROOT / "instance"))
    PROXIES = int(os.environ.get("PROXIES") or 0)
    LOG_FORMAT = os.environ.get("LOG_FORMAT") or "text"
    LOG_LEVEL = os.environ.get("LOG_LEVEL") or "WARNING"
    METRICS_TOKEN = os.environ.get("METRICS_TOKEN") or None
    DEMO = os.environ.get("DEMO") == "1"
    DEMO_DATE = os.environ.get("DEMO_DATE") or None
    API_PER_MINUTE = int(os.environ.get("API_PER_MINUTE") or 120)
    TRUSTED_HOSTS = os.environ.get("TRUSTED_HOSTS", "").split() or None

    MAX_CONTENT_LENGTH = 24 * 1024 * 1024
    # 10,000 checked rows must get through
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    MAX_FORM_PARTS = 10_100
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = os.environ.get("HTTPS") == "1"
    # of this host alone: no neighbour in the domain can put another in its place
    SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"
    PERMANENT_SESSION_LIFETIME = timedelta(hours=12)
    WTF_CSRF_TIME_LIMIT = None

    BABEL_DEFAULT_LOCALE = "zh"
    BABEL_DEFAULT_TIMEZONE = "Asia/Shanghai"
    LANGUAGES = {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}}

    APP_NAME = N_("四川公共就业创业服务管理信息系统")
    FAB_CREATE_DB = False
    FAB_UPDATE_PERMS = False
    FAB_ADD_MENU_API = False
    FAB_ADD_OPENAPI_VIEWS = False
    FAB_ADD_SECURITY_API = False
    AUTH_ROLE_ADMIN = "system_administrator"
    FAB_PASSWORD_COMPLEXITY_ENABLED = True
