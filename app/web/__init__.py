"""The web: Flask-AppBuilder's bases mended once, the screens, the commands."""

from flask import Flask

from app.extensions import db


def init_app(app: Flask) -> None:
    """Register security, every view and the commands; called within the application's context."""
    from app.web.api import access
    from app.web.commands import cli
    from app.web.desk.home import HomeView
    from app.web.login.actors import begin_request, demand_office, demand_own_password
    from app.web.login.security import SecurityManager
    from app.web.page import templating
    from app.web.page.builder import AppBuilder, LazyRule
    from app.web.page.menu import TreeMenu
    from app.web.registry import register_views
    from app.web.site import bodies, browsers, errors, hardening, packing, refusals
    from app.web.site.returning import demand_login
    from app.web.stages import account_changes
    from app.web.wording import translations

    app.url_rule_class = LazyRule
    packing.init_app(app)
    hardening.init_app(app)
    browsers.init_app(app)
    bodies.init_app(app, access.key_of_call)
    appbuilder = AppBuilder(
        menu=TreeMenu(),
        indexview=HomeView,
        base_template="layout.html",
        security_manager_class=SecurityManager,
        update_perms=False,
    )
    appbuilder.init_app(app, db.session)
    translations.init_app(app)
    app.before_request(begin_request)
    app.before_request(demand_login)
    app.before_request(demand_office)
    app.before_request(demand_own_password)
    access.init_app(app)
    register_views(appbuilder)
    templating.init_app(app)
    account_changes.init_app(app)
    errors.init_app(app)
    refusals.init_app(app)
    cli.init_app(app)
