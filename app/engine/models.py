"""Every table of the engine and of the registers, imported in one place so that migrations see them all."""

from flask_appbuilder import Model

from app.engine import audit, clock, policy, versions
from app.engine.access import api_keys, cas_accounts, duties
from app.engine.cases import account_corrections, accounts, claims, numbers, payments, periods
from app.engine.casework import batch, objections
from app.engine.desk import searches, shortcuts
from app.engine.intake import held_sheets, register_uploads
from app.engine.longwork import works
from app.engine.oversight import sealing
from app.engine.sessions import logins, second_factor
from app.registers import models, organisation
from app.registers.definitions import models as definitions

METADATA = Model.metadata

__all__ = [
    "METADATA",
    "account_corrections",
    "accounts",
    "api_keys",
    "audit",
    "batch",
    "cas_accounts",
    "claims",
    "numbers",
    "clock",
    "definitions",
    "duties",
    "held_sheets",
    "logins",
    "models",
    "numbers",
    "objections",
    "organisation",
    "payments",
    "periods",
    "policy",
    "sealing",
    "register_uploads",
    "searches",
    "second_factor",
    "shortcuts",
    "versions",
    "works",
]
