"""A register's file that was uploaded on a screen (登记库文件): tried when it comes, in force when a second person confirms it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.intake.register_loads import load_and_record
from app.engine.intake.register_sheets import lines_of
from app.engine.scope import FRESH, Scope
from app.engine.sheets import SheetRow
from app.kernel.crypto import Vault
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_, Message
from app.registers.ciphers import Cipher, bytes_of, place
from app.registers.definitions.definition import Definition
from app.registers.loads.loading import Declared, LoadReport, RefusedLine, load_rows
from app.registers.models import RegisterLoad
from app.registers.organisation import Office, Region

STATES = {
    "waiting": N_("待确认"),
    "confirmed": N_("已装载"),
    "refused": N_("不予装载"),
    "withdrawn": N_("已撤回"),
}
BOUND = ("id", "uploaded_by")


class RegisterUpload(Model):
    """One file: what trying it has shown, who uploaded it, and what somebody else made of it.

    `region_code` and the days are what the uploader says that the file covers; empty: what it speaks of. The file goes
    once it is decided; the uploader may withdraw it, so that `decided_at` is set and `decided_by` is not.
    """

    __tablename__ = "register_uploads"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="upload_state"),
        CheckConstraint("decided_by <> uploaded_by", name="upload_two_people"),
        CheckConstraint(
            "(state IN ('waiting', 'withdrawn')) = (decided_by IS NULL)"
            " AND (state = 'waiting') = (decided_at IS NULL)"
            " AND (state = 'confirmed') = (load_id IS NOT NULL)"
            " AND (state = 'waiting') = (file_cipher IS NOT NULL)",
            name="upload_decided",
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    register: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    file_cipher: Mapped[bytes | None] = mapped_column(Cipher(bound_to=BOUND), deferred=True)
    refused_cipher: Mapped[bytes | None] = mapped_column(Cipher(bound_to=BOUND), deferred=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), server_default="waiting")
    rows_read: Mapped[int]
    rows_added: Mapped[int]
    rows_changed: Mapped[int]
    rows_refused: Mapped[int]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    load_id: Mapped[int | None] = mapped_column(ForeignKey("register_loads.id"))
    office: Mapped[Office] = relationship()
    region: Mapped[Region | None] = relationship()
    load: Mapped[RegisterLoad | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.register} {self.file_name}"


def declared_of(session: Session, upload: RegisterUpload) -> Declared | None:
    """Return what an upload says that it covers: the region and all below it."""
    if upload.region_code is None:
        return None
    tree = select(Region.code).where(Region.code == upload.region_code).cte(recursive=True)
    tree = tree.union_all(select(Region.code).where(Region.parent_code == tree.c.code))
    codes = session.scalars(select(tree.c.code).order_by(tree.c.code))
    return Declared(tuple(codes), upload.first_day, upload.last_day)


def try_out(
    session: Session,
    actor: Actor,
    vault: Vault,
    today: date,
    definition: Definition,
    rows: list[SheetRow],
    content: bytes,
    **facts: object,
) -> RegisterUpload:
    """Load a file, take that back, and keep it with what would come of it; `facts` are its name and what it covers.

    Raises BadValue, Refused for an impossible coverage. The caller commits.
    """
    upload = RegisterUpload(
        id=str(uuid4()),
        office_id=actor.office_id,
        register=definition.code,
        uploaded_by=actor.user_id,
        **facts,
    )
    refused: list[RefusedLine] = []
    trial = session.begin_nested()
    lines = lines_of(definition, rows, refused.append)
    options = _options(session, upload, actor.scope, refused.append)
    report = load_rows(session, definition.code, lines, vault, today, **options)
    trial.rollback()
    upload.rows_read, upload.rows_refused = len(rows), len(refused)
    upload.rows_added, upload.rows_changed = report.added, report.stored - report.added
    owned = {name: getattr(upload, name) for name in BOUND}
    upload.file_cipher = vault.encrypt_bytes(content, place(RegisterUpload.file_cipher, **owned))
    if refused:
        stored = json.dumps([(one.line, one.column, one.reason.as_json()) for one in refused]).encode()
        upload.refused_cipher = vault.encrypt_bytes(stored, place(RegisterUpload.refused_cipher, **owned))
    session.add(upload)
    session.flush()
    _note(session, actor, "register_upload", upload)
    return upload


def refused_lines(vault: Vault, upload: RegisterUpload) -> list[tuple[int, str, Message]]:
    """Return the lines that trying refused: number, column, reason."""
    stored = bytes_of(vault, upload, RegisterUpload.refused_cipher)
    return [(line, column, Message.from_json(why)) for line, column, why in json.loads(stored or b"[]")]


def file_of(vault: Vault, upload: RegisterUpload) -> bytes:
    """Return the file. Raises Refused when it was decided meanwhile."""
    content = bytes_of(vault, upload, RegisterUpload.file_cipher)
    if content is None:
        raise Refused(N_("这份文件已经处理过。请刷新页面查看结果。"))
    return content


def lock(session: Session, actor: Actor, upload_id: str, *, own: bool = False) -> RegisterUpload:
    """Return a waiting upload, which nobody else decides before the commit. Raises NotFound, Refused for one's own, or for another's."""
    wanted = select(RegisterUpload).where(RegisterUpload.id == upload_id).with_for_update(of=RegisterUpload)
    upload = session.scalars(wanted, execution_options=FRESH).one_or_none()
    if upload is None:
        raise NotFound(N_("没有这份文件，或不在本机构范围内。"))
    if upload.state != "waiting":
        raise Refused(N_("这份文件已经处理过。请刷新页面查看结果。"))
    if own and upload.uploaded_by != actor.user_id:
        raise Refused(N_("只有上传的人可以撤回。"))
    if not own and upload.uploaded_by == actor.user_id:
        raise Refused(N_("这份文件由您上传，须由另一人确认。"))
    return upload


def confirm(
    session: Session,
    actor: Actor,
    vault: Vault,
    today: date,
    upload: RegisterUpload,
    definition: Definition,
    rows: list[SheetRow],
) -> LoadReport:
    """Load a locked upload as its uploader's office may; the caller commits."""
    options = _options(session, upload, Scope.of_office(session, upload.office), lambda line: None)
    lines = lines_of(definition, rows, options["refuse"])
    report = load_and_record(
        session, definition.code, lines, vault, today, by=actor, take=load_rows, **options
    )
    _decide(upload, "confirmed", actor)
    upload.load_id = report.load_id
    session.flush()
    return report


def refuse(session: Session, actor: Actor, upload_id: str) -> None:
    """Decide that somebody else's file is not loaded; the caller commits."""
    upload = lock(session, actor, upload_id)
    _decide(upload, "refused", actor)
    _note(session, actor, "refuse_register_upload", upload)


def withdraw(session: Session, actor: Actor, upload_id: str) -> None:
    """Take back one's own file while nobody has decided; the caller commits."""
    upload = lock(session, actor, upload_id, own=True)
    _decide(upload, "withdrawn", None)
    _note(session, actor, "withdraw_register_upload", upload)


def _options(
    session: Session, upload: RegisterUpload, scope: Scope, refuse: Callable[[RefusedLine], None]
) -> dict[str, Any]:
    """Return what `load_rows` is told of an upload."""
    return {
        "source": upload.file_name,
        "regions": scope.region_codes,
        "declared": declared_of(session, upload),
        "refuse": refuse,
    }


def _decide(upload: RegisterUpload, state: str, by: Actor | None) -> None:
    upload.state, upload.file_cipher = state, None
    upload.decided_by = by.user_id if by else None
    upload.decided_at = func.clock_timestamp()


def _note(session: Session, actor: Actor, event: str, upload: RegisterUpload) -> None:
    facts = {"upload_id": upload.id, "kind": upload.register, "read": upload.rows_read}
    after = {**facts, "refused": upload.rows_refused}
    record(session, actor, event, office_id=upload.office_id, subject=upload.file_name[:200], after=after)
