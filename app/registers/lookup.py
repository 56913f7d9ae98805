"""Look-ups across offices: an exact whole id or USCC finds its bearer anywhere in the province, a part of one nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import NotFound
from app.kernel.identifiers import citizen_id, uscc
from app.kernel.messages import N_
from app.kernel.text import whole_number
from app.registers.models import Coverage, Employer, Person

MOST = 20
OPEN = {"scope": "open"}
TITLES = {
    "persons": N_("人员登记库"),
    "employers": N_("单位登记库"),
    "contributions": N_("社保缴费库"),
    "unemployment": N_("失业登记库"),
    "transfers": N_("转移就业库"),
}


def has_part(name: SQLColumnExpression, part: str) -> ColumnElement[bool]:
    """Express that a person's or an employer's folded name contains a folded part; found by the index of names."""
    match = func.grams(name, type_=ARRAY(Text)).contains(names.grams(part))
    return and_(match, name.contains(part, autoescape=True))


def unit_name(employer: type[Employer] = Employer) -> ColumnElement[str]:
    """Return an employer's folded name, which the database makes of the registered one and keeps in its indexes."""
    return func.fold_name(employer.name, type_=Text())


def search_employers(session: Session, text: str) -> list[Employer]:
    """Return at most 20 within scope by name, USCC or unit number; a whole USCC finds its employer anywhere."""
    code = uscc.normalize(text)
    if uscc.is_valid(code):
        return list(session.scalars(select(Employer).where(Employer.uscc == code), execution_options=OPEN))
    typed = text.strip()
    if not typed:
        return []
    named = or_(
        has_part(unit_name(), names.fold(typed)),
        Employer.unit_no == typed,
        Employer.uscc.startswith(code),
    )
    return list(session.scalars(select(Employer).where(named).order_by(Employer.name).limit(MOST)))


def find_employer(session: Session, picked: str | None, typed: str) -> Employer:
    """Return the employer that was picked, else the only one that the typed text means. Raises NotFound.

    Picked is its number, or the whole USCC by which it was looked up, which finds it anywhere.
    """
    if picked and uscc.is_valid(uscc.normalize(picked)):
        typed = picked
    matches = search_employers(session, typed)
    if (number := whole_number(picked)) is not None:
        chosen = [e for e in matches if e.id == number]
        matches = chosen or list(session.scalars(select(Employer).where(Employer.id == number)))
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NotFound(
            N_("本机构范围内没有找到单位“{typed}”。请核对名称或编号；外地单位请输入完整的统一社会信用代码。"),
            typed=typed,
        )
    raise NotFound(
        N_("“{typed}”对应{count}个单位。请从提示的单位中选择一个。"), typed=typed, count=len(matches)
    )


def find_person(session: Session, text: str, vault: Vault) -> Person | None:
    """Return the person of an exact whole citizen id, anywhere; callers show name and masked id, nothing else."""
    wanted = select(Person).where(Person.id_hash == vault.hash(citizen_id.normalize(text)))
    return session.scalars(wanted, execution_options=OPEN).one_or_none()


def covered(
    session: Session, region_code: str | None, defined: Mapping[str, str]
) -> list[tuple[str, object, object]]:
    """Return (register, first day, last day) of what is loaded for a region; None, None where nothing is.

    `defined` are the registers beside the five that are asked too, code → title.
    """
    spans = session.execute(
        select(Coverage.kind, func.min(Coverage.first_day), func.max(Coverage.last_day))
        .where(Coverage.region_code == region_code)
        .group_by(Coverage.kind)
    )
    by_kind = {kind: (first, last) for kind, first, last in spans}
    return [(title, *by_kind.get(kind, (None, None))) for kind, title in {**TITLES, **defined}.items()]
