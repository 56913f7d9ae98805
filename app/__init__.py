"""The back office of a public employment service; `create_app` puts its parts together."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs
from app.extensions import csrf, db, migrate
from app.kernel.crypto import Vault
from app.server import replica

__version__ = "0.6.0"


def vault_of(config: Mapping[str, Any]) -> Vault:
    """Return the vault of the configured keys."""
    return Vault.from_base64(
        config["DATA_HASH_KEY"],
        config["DATA_CIPHER_KEY"],
        config["DATA_CIPHER"],
        config["DATA_READ_KEYS"],
        config["DATA_CIPHER_FORMAT"],
    )


def create_app(settings: dict | None = None) -> Flask:
    """Return the WSGI application; `settings` overrides `config.Config` (tests only)."""
    from app import web
    from app.web.page.context import Globals
    from app.web.site import assets, health, metrics

    app = Flask(__name__)
    app.app_ctx_globals_class = Globals
    app.config.from_object("config.Config")
    app.config.update(settings or {})
    logs.init_app(app)
    measures = metrics.init_app(app)
    if proxies := app.config["PROXIES"]:
        # else the audit log would name the proxy as the address of every event
        proxied = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's own way to add a middleware
    app.config["VERSION"] = app.jinja_env.globals["version"] = __version__
    app.extensions["vault"] = vault_of(app.config)
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    replica.init_app(app)
    with app.app_context():
        web.init_app(app)
        if app.config["DEMO"]:
            import_module("app.demo").init_app(app)
    assets.init_app(app)
    health.init_app(app, measures)
    return app
