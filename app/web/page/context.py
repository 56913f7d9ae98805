"""What a view reaches by a short name: `g.actor`, `g.today` and `g.vault`, beside Flask-SQLAlchemy's `db.session`."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from flask import current_app
from flask.ctx import _AppCtxGlobals

from app.engine import clock
from app.engine.actor import Actor
from app.extensions import db
from app.kernel.crypto import Vault


class Globals(_AppCtxGlobals):
    """Flask's `g` of this product; the actor is whom the request, the call or the job acts for."""

    actor: Actor

    @cached_property
    def today(self) -> date:
        """The day that the request goes by, read once: where the demonstration runs, its clock is a row."""
        return clock.today(current_app.config, db.session)

    @property
    def vault(self) -> Vault:
        return current_app.extensions["vault"]
