"""How versions come about: installed with the product, or drafted by one officer and signed by another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.periods import FIELDS as PARTED
from app.engine.versions import IN_FORCE, ProgrammeVersion
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_, Message
from app.registers.definitions import library
from app.studio import examples, statements
from app.studio.building import build, edition
from app.studio.document import Document
from app.studio.schema import BadDefinition, BadPart, read

CHANGED = (
    "the definition of {programme} is not the one that was installed as version {version}: raise its version"
)


def digest_of(content: Mapping[str, Any]) -> str:
    """Return what tells one content from another: SHA-256 of its JSON with sorted keys."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def install(session: Session, document: Document, version: int, first: date, last: date) -> bool:
    """Publish a version that ships with the product, signed by the system; return whether it wasn't there yet.

    The caller commits. Raises ValueError where that version is there with another content.
    """
    known = session.scalars(
        select(ProgrammeVersion).where(
            ProgrammeVersion.programme == document.code, ProgrammeVersion.version == version
        )
    ).one_or_none()
    digest = digest_of(document.content)
    if known is None:
        session.add(
            ProgrammeVersion(
                programme=document.code,
                version=version,
                state="published",
                content=dict(document.content),
                digest=digest,
                compiled=approved(session, document, version),
                first_day=first,
                last_day=last,
                signed_at=func.now(),
            )
        )
        _let_repeat(session, document)
    elif known.digest != digest:
        raise ValueError(CHANGED.format(programme=document.code, version=version))
    return known is None


def approved(session: Session, document: Document, version: int) -> str:
    """Return the digest of a version's compiled expressions, once its examples come out as they say. Raises BadDefinition."""
    registers = library.known(session)
    own = edition(document, version, registers=registers)
    programme = build(document, version, registers=registers)
    if moved := list(_moved_parts(session, document)):
        raise BadDefinition(moved)
    if wrong := list(examples.faults(session, document, programme, registers)):
        raise BadDefinition(wrong)
    return statements.digest_of(document, own)


def draft(session: Session, actor: Actor, document: Document, first: date, last: date) -> ProgrammeVersion:
    """Keep a document as the next version's draft; who brings it in is its author. The caller commits."""
    newest = select(func.max(ProgrammeVersion.version)).where(ProgrammeVersion.programme == document.code)
    version = ProgrammeVersion(
        programme=document.code,
        version=(session.scalar(newest) or 0) + 1,
        content=dict(document.content),
        digest=digest_of(document.content),
        first_day=first,
        last_day=last,
        author_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    record(
        session,
        actor,
        "definition_draft",
        programme=document.code,
        subject=repr(version),
        after={"digest": version.digest},
    )
    return version


def publish(session: Session, signer: Actor, version_id: int) -> ProgrammeVersion:
    """Sign a draft: what it judges, it judges from its first day on. The version before ends the day before.

    The caller commits. Raises BadDefinition, NotFound, Refused for who wrote it, made the author's account, or where days overlap.
    """
    version = session.get(ProgrammeVersion, version_id, with_for_update=True)
    if version is None or version.state not in ("draft", "in_review"):
        raise NotFound(N_("没有找到待签发的版本。请刷新列表。"))
    if version.author_id == signer.user_id:
        raise Refused(N_("这个版本是您起草的，须由另一名政策管理人员签发。"))
    before = update(ProgrammeVersion).where(
        ProgrammeVersion.programme == version.programme,
        ProgrammeVersion.state.in_(IN_FORCE),
        ProgrammeVersion.first_day < version.first_day,
        ProgrammeVersion.last_day >= version.first_day,
    )
    session.execute(before.values(last_day=literal(version.first_day) - 1))
    document = read(version.content)
    version.compiled = approved(session, document, version.version)
    version.state, version.signer_id, version.signed_at = "published", signer.user_id, func.now()
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused(REFUSED.get(_constraint(error), STRANGERS)) from error
    _let_repeat(session, document)
    record(
        session,
        signer,
        "definition_signed",
        programme=version.programme,
        subject=repr(version),
        after={"digest": version.digest},
    )
    return version


def _moved_parts(session: Session, document: Document) -> Iterator[BadPart]:
    """Yield where a version parts the period otherwise than those that are signed: places are taken by the numbers of its parts."""
    signed = select(ProgrammeVersion.content).where(
        ProgrammeVersion.programme == document.code, ProgrammeVersion.state.in_(IN_FORCE)
    )
    for content in session.scalars(signed):
        before = read(content)
        codes, kept = ([one.code for one in of.tranches] for of in (document, before))
        if before.period != document.period:
            yield BadPart(
                "period", Message(N_("已签发的版本为 {period}，以后的版本不能改。"), period=before.period)
            )
        elif any(one != other for one, other in zip(codes, kept, strict=False)):
            yield BadPart("tranches", Message(N_("已签发的期次不能改动、调换，新的期次只能加在后面。")))


def _let_repeat(session: Session, document: Document) -> None:
    """Let a person have several claims in an application, of which hosts of the release before know nothing."""
    if document.period in PARTED:
        session.execute(select(func.let_claims_repeat()))


STRANGERS = N_("起草人和签发人的账号由对方创建、授权或重置过，不能由您签发。请由另一名政策管理人员签发。")
REFUSED = {
    "version_days_apart": N_("这个版本的适用日期与本项目已发布的版本重叠。请先停用旧版本的后段，或更改首日。")
}


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
