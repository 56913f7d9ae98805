"""A key dies with its maker's right: an administrator who is stopped, has moved or is none any more keeps no door open."""

from __future__ import annotations

from datetime import date

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import ColumnElement, or_, select

from app.engine.access import duties, grants
from app.engine.access.api_keys import ApiKey
from app.engine.access.roles import KEEPERS
from app.registers.organisation import Staff


def in_office(today: date) -> ColumnElement[bool]:
    """Return the condition of the keys whose makers still are administrators where they made them; of commands, and unknown, all."""
    membership = assoc_user_role.c
    makers = select(User.id).join(Staff, Staff.user_id == User.id)
    makers = grants.with_ends(makers.join(assoc_user_role, membership.user_id == User.id)).join(
        Role, Role.id == membership.role_id
    )
    alive = makers.where(
        User.id == ApiKey.made_by_id,
        User.active,
        Staff.office_id == ApiKey.made_in_id,
        Role.name.in_(KEEPERS),
        grants.in_force(today),
        ~duties.waits(membership.user_id, membership.role_id),
    )
    return or_(ApiKey.made_by_id.is_(None), alive.correlate(ApiKey).exists())
