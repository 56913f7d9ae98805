"""Who acts: the person behind a request, a job or a command, and what that person may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from app.engine.scope import Scope


@dataclass(frozen=True)
class Actor:
    """A login with its office; `user_id` is None for commands run by the IT officer."""

    user_id: int | None
    name: str
    office_id: int | None
    office_code: str
    office_name: str
    address: str
    scope: Scope
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def sight(self) -> str:
        """A digest of office and scope: another one sees other rows."""
        scope = self.scope
        seen = (self.office_id, scope.whole, sorted(scope.office_ids), sorted(scope.region_codes))
        return sha256(repr(seen).encode()).hexdigest()

    @classmethod
    def command(cls) -> Actor:
        return cls(None, "命令行", None, "", "", "local", Scope.everything())
