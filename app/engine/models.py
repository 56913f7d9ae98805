"""Every table of the engine and of the registers, imported in one place so that migrations see them all."""

from flask_appbuilder import Model

from app.engine import (
    account_corrections,
    accounts,
    api_keys,
    audit,
    batch,
    cas_accounts,
    claims,
    clock,
    duties,
    held_sheets,
    logins,
    objections,
    payments,
    policy,
    sealing,
    searches,
    second_factor,
    shortcuts,
    works,
)
from app.registers import models, organisation

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
    "clock",
    "duties",
    "held_sheets",
    "logins",
    "models",
    "objections",
    "organisation",
    "payments",
    "policy",
    "sealing",
    "searches",
    "second_factor",
    "shortcuts",
    "works",
]
