"""What a clerk does to an application beside the people: take it in, fill in the bank, attach papers, correct a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.claims import Application, Attachment, Claim
from app.engine.cases.desks import competent_office, office_of_claim
from app.engine.cases.finding import find_claim
from app.engine.cases.numbers import application_number
from app.engine.cases.states import EDITABLE
from app.engine.cases.takings import states_of
from app.engine.casework.claim_moves import reprice
from app.engine.casework.own_employers import refuse_unknown
from app.engine.intake.check import ELSEWHERE, lock_own
from app.engine.own_fields import stored_value
from app.engine.programme import Programme
from app.kernel import names, uploads
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound, Refused, Stale
from app.kernel.free_text import without_numbers
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_
from app.registers.ciphers import new_row_key, place
from app.registers.lookup import find_person
from app.registers.models import Person
from app.registers.organisation import Office

MOST_BYTES = 10 * 1024 * 1024
MOST_ATTACHMENTS = 20


def open_application(
    session: Session,
    actor: Actor,
    programme: Programme,
    employer_id: int | None,
    insured_region: str | None,
    today: date,
    *,
    payee_person_id: int | None = None,
) -> Application:
    """Open a new application, numbered, of the office that is competent; the actor's takes it in. Paid is the unit, or the
    person when one is given. Raises Refused.
    """
    flow = programme.flow
    receiver = session.get_one(Office, actor.office_id)
    if receiver.kind and not flow.intake_below:
        raise Refused(N_("“{programme}”由区县经办机构受理，本机构不能新建申请。"), programme=programme.title)
    office = competent_office(session, flow.competent, receiver, employer_id, insured_region, payee_person_id)
    application = programme.application(
        programme=programme.code,
        definition_version=programme.version,
        number=application_number(session, programme.prefix, office.code, today),
        office_id=office.id,
        received_by_id=None if office.id == actor.office_id else actor.office_id,
        payee_kind="each" if programme.pays_each else "person" if payee_person_id else "unit",
        employer_id=employer_id,
        payee_person_id=payee_person_id,
        insured_region=insured_region,
        created_on=today,
        created_by=actor.user_id,
    )
    session.add(application)
    session.flush()
    record(
        session,
        actor,
        "apply",
        application_id=application.id,
        programme=programme.code,
        office_id=application.office_id,
    )
    return application


def person_payee(session: Session, vault: Vault, typed_id: str, typed_name: str, today: date) -> Person:
    """Return the person who applies for him- or herself: C-01 and C-03. Raises BadValue."""
    if not citizen_id.is_valid(citizen_id.normalize(typed_id), today):
        raise BadValue(
            N_("[C-01] 申请人的公民身份号码无效：应为18位，出生日期和校验码须正确。请与身份证核对。")
        )
    person = find_person(session, typed_id, vault)
    if person is None:
        raise BadValue(N_("[C-03] 人员登记库中没有申请人的公民身份号码。请核对，或先办理人员登记。"))
    if not names.agree(typed_name, person.name):
        raise BadValue(N_("[C-03] 申请人姓名与人员登记库不一致。请核对姓名和公民身份号码。"))
    return person


def fill_in(
    session: Session,
    actor: Actor,
    programme: Programme,
    application_id: int,
    values: Mapping[str, object],
    today: date,
) -> Application:
    """Keep the application's own fields, which all its people share; who isn't sent in yet is priced again. Raises Refused."""
    application = lock_own(session, actor, application_id)
    if not states_of(session, application.id) <= {*EDITABLE, "withdrawn"}:
        raise Refused(N_("申请中有人员已经提交，申请情况不能再改。需要更正的，请审核人员全部退回后修改。"))
    before = dict(application.own)
    application.own = {name: stored_value(value) for name, value in values.items()}
    application.version += 1
    own = (Claim.application_id == application.id) & Claim.state.in_(EDITABLE)
    changing = update(Claim).where(own).values(version=Claim.version + 1)
    session.execute(changing.execution_options(synchronize_session=False))
    session.flush()
    chosen = "SELECT c.id FROM claims c WHERE c.application_id = :application_id"
    reprice(session, programme, chosen, today, application_id=application.id)
    changed = [name for name, value in application.own.items() if value != before.get(name)]
    if changed:
        record(
            session,
            actor,
            "edit",
            application_id=application.id,
            programme=application.programme,
            office_id=application.office_id,
            before={name: _plain(before.get(name)) for name in changed},
            after={name: _plain(application.own[name]) for name in changed},
        )
    session.expire_all()
    return application


def attach(
    session: Session, actor: Actor, application_id: int, vault: Vault, *, kind: str, name: str, content: bytes
) -> Attachment:
    """Keep a scanned paper, encrypted, for ids and accounts stand on it; its type is read from the content. Raises BadValue."""
    application = lock_own(session, actor, application_id)
    media_type = uploads.media_type(content[: uploads.HEAD_BYTES])
    if media_type is None:
        raise BadValue(N_("“{name}”不是 PDF、JPG 或 PNG 文件。请转换格式后重新上传。"), name=name)
    if len(content) > MOST_BYTES:
        raise BadValue(N_("“{name}”超过 10 MiB。请压缩或分成几个文件后重新上传。"), name=name)
    counted = select(func.count(Attachment.id)).where(Attachment.application_id == application.id)
    stored = session.scalars(counted).one()
    if stored >= MOST_ATTACHMENTS:
        raise BadValue(N_("一份申请最多保存{most}个附件。请先删除不需要的附件。"), most=MOST_ATTACHMENTS)
    key = new_row_key()
    own = place(Attachment.content, row_key=key, application_id=application.id)
    attachment = Attachment(
        row_key=key,
        application_id=application.id,
        office_id=application.office_id,
        kind=kind,
        name=name[:200],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=vault.encrypt_bytes(content, own),
    )
    session.add(attachment)
    session.flush()
    record(
        session,
        actor,
        "attach",
        application_id=application.id,
        programme=application.programme,
        subject=attachment.name,
        after={"attachment_id": attachment.id, "sha256": attachment.sha256},
    )
    return attachment


def detach(session: Session, actor: Actor, attachment_id: int) -> Application:
    """Remove a paper while the application can still be edited; what was submitted with it stays."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound(N_("没有找到这个附件。请刷新页面。"))
    application = lock_own(session, actor, attachment.application_id)
    gone_on = select(Claim.state).where(
        Claim.application_id == application.id, Claim.state.not_in((*EDITABLE, "withdrawn"))
    )
    if states := set(session.scalars(gone_on.distinct())):
        if states == {"submitted"}:
            raise Refused(N_("申请已提交，附件不能删除。请审核人员退回修改，退回后即可删除。"))
        raise Refused(N_("申请已经审核，附件须留存备查，不能删除。需要补充的，请另行上传。"))
    if session.scalar(
        select(AccountCorrection.id).where(AccountCorrection.paper_id == attachment.id).limit(1)
    ):
        raise Refused(N_("这份附件是收款账户更正的证明材料，须保留，不能删除。"))
    record(
        session,
        actor,
        "detach",
        application_id=application.id,
        programme=application.programme,
        subject=attachment.name,
        before={"attachment_id": attachment.id, "sha256": attachment.sha256},
    )
    session.delete(attachment)
    return application


def edit_claim(
    session: Session,
    actor: Actor,
    programme: Programme,
    claim_id: int,
    version: int,
    values: Mapping[str, object],
    vault: Vault,
    today: date,
) -> Claim:
    """Correct a draft or returned claim; `version` is the one that the form showed, the vault encrypts a `phone`.

    Raises NotFound, Refused, Stale.
    """
    claim = find_claim(session, claim_id, lock=True)
    if office_of_claim(claim) != actor.office_id:
        raise Refused(ELSEWHERE)
    if claim.state not in EDITABLE:
        raise Refused(N_("只有草稿或已退回的记录可以修改。请刷新列表查看当前状态。"))
    if claim.version != version:
        raise Stale
    refuse_unknown(session, programme.own_columns, values)
    values = _encrypt_phone(session, vault, claim, values)
    fields = (*values, "amount")
    before = {name: _plain(programme.value(claim, name)) for name in fields}
    for name, value in values.items():
        if programme.is_column(name):
            setattr(claim, name, value)
        else:
            claim.own = {**claim.own, name: stored_value(value)}
    claim.version += 1
    session.flush()
    reprice(session, programme, "SELECT :claim_id", today, claim_id=claim.id)
    session.refresh(claim, ["amount"])
    after = {name: _plain(programme.value(claim, name)) for name in fields}
    changed = [n for n in fields if before[n] != after[n] or isinstance(values.get(n), bytes)]
    if changed:
        record(
            session,
            actor,
            "edit",
            claim_id=claim.id,
            application_id=claim.application_id,
            programme=claim.programme,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    session.flush()
    session.expire(claim)
    return claim


def _encrypt_phone(session: Session, vault: Vault, claim: Claim, values: Mapping) -> Mapping:
    """Return the values of a locked claim's columns; one of 0.5.0 gets its key with the first phone that is encrypted for it."""
    if "phone" not in values:
        return values
    session.refresh(claim, ["row_key"])
    claim.row_key = claim.row_key or new_row_key()
    own = place(Claim.phone_cipher, row_key=claim.row_key, application_id=claim.application_id)
    others = {name: value for name, value in values.items() if name != "phone"}
    return others | {"phone_cipher": vault.encrypt(values["phone"], own)}


def _plain(value: object) -> str | None:
    """Leave encrypted values out of the audit log, and numbers in remarks; that they changed is enough."""
    return None if value is None else "•••" if isinstance(value, bytes) else without_numbers(str(value))
