"""The definitions in force: what the product ships, what the database has published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.messages import N_
from app.registers.definitions.definition import Definition
from app.registers.definitions.document import read, read_yaml
from app.registers.definitions.models import RegisterDefinition

FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped() -> Sequence[Definition]:
    """Return the definitions that the product ships, by their files' names. Raises BadDefinition."""
    return tuple(read_yaml(text) for text in _texts())


def install(session: Session) -> None:
    """Publish what the product ships, where there is no such register or only the version of an earlier release.

    What people have published of the same register stays in force. The caller commits.
    """
    newest = {row.code: row for row in session.scalars(_newest())}
    for text in _texts():
        code, content = read_yaml(text).code, yaml.safe_load(text)
        former = newest.get(code)
        if former is None or (former.shipped and former.content != content):
            version = former.version + 1 if former else 1
            facts = {"state": "published", "shipped": True, "published_at": func.now()}
            session.add(RegisterDefinition(code=code, version=version, content=content, **facts))
    session.flush()


def published(session: Session) -> list[Definition]:
    """Return the definitions in force, by their codes."""
    return [read(row.content) for row in session.scalars(_newest())]


def known(session: Session) -> list[Definition]:
    """Return what may be asked of: the definitions in force, and what ships where nothing is published yet."""
    by_code = {one.code: one for one in (*shipped(), *published(session))}
    return list(by_code.values())


def find(session: Session, code: str) -> Definition:
    """Return the definition in force of a register. Raises NotFound."""
    row = session.scalars(_newest().where(RegisterDefinition.code == code)).one_or_none()
    if row is None:
        raise NotFound(N_("没有代码为 {code} 的登记库。"), code=code[:40])
    return read(row.content)


def _newest() -> Select:
    rows = select(RegisterDefinition).where(RegisterDefinition.state == "published")
    rows = rows.ext(distinct_on(RegisterDefinition.code))
    return rows.order_by(RegisterDefinition.code, RegisterDefinition.version.desc())


def _texts() -> Iterable[str]:
    return (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
