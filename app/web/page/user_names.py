"""How pages name a user: the user name stands beside the person's name, so that two people of one name differ.

Some users log in by an id or a phone; histories mask it.
"""

from __future__ import annotations

from app.engine.audit import AuditEntry
from app.engine.casework.case_history import Moved
from app.kernel.free_text import without_numbers
from app.registers.organisation import User


def user_title(user: User) -> str:
    """Surname first, as the offices write it."""
    return _beside(f"{user.last_name}{user.first_name}", user)


def actor_title(entry: AuditEntry | Moved) -> str:
    """Who did it, by the name of that day; commands have no user."""
    return _beside(entry.actor_name, entry.actor)


def _beside(name: str, user: User | None) -> str:
    return without_numbers(f"{name}（{user.username}）" if user else name)


NAMES = {"actor_title": actor_title}
"""As templates call them."""
