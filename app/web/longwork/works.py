"""Work that is done at once when it is short, and by a worker, by the same function, when it is long."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import BinaryIO
from uuid import uuid4

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import BaseView
from flask_babel import get_locale
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden

from app import logs
from app.engine.intake import held_sheets
from app.engine.intake.held_sheets import HeldSheet
from app.engine.longwork import works
from app.engine.longwork.works import LongWork
from app.engine.progress import Cancelled, Progress, TooLong
from app.engine.scope import seeing
from app.engine.sheets import Sheet, SheetContent, read
from app.extensions import db, fab
from app.kernel.errors import BadValue, DomainError, Refused, is_no_room
from app.kernel.messages import N_, Message
from app.programmes.installed import every_sheet
from app.registers.ciphers import bytes_of, place, text_of
from app.web.login.actors import with_permissions
from app.web.longwork import standing
from app.web.longwork.outcomes import Outcome
from app.web.longwork.questions import Question
from app.web.page.downloads import hand_out
from app.web.wording.formats import translate
from app.web.wording.translations import gettext, speaking

AT_ONCE = 2_000
"""Rows that a request does itself, in about a second."""
READ_SHEET = 0.3
"""The share of an import's time in which its file is read."""
FLASHED = 3
"""Notes that the next page shows; more stand on a page of their own, for the cookie has no room for them."""
log = logging.getLogger(__name__)


@dataclass
class WorkRequest:
    """What is to be done, to what, with which file; `content` takes a workbook that the work makes.

    `name` is the file's own, as far as it is still known: a sheet that waits or is long comes without.
    """

    view: BaseView
    subject: str
    arguments: str = ""
    file: BinaryIO | None = None
    name: str = ""
    progress: Progress = field(default_factory=Progress)
    content: BinaryIO = field(default_factory=BytesIO)

    @property
    def answers(self) -> Mapping[str, bool]:
        """How a sheet is meant; empty for one that is handed in the first time."""
        return json.loads(self.arguments) if self.arguments else {}

    def read(self, sheet: Sheet) -> SheetContent:
        """Read the file as a sheet. Raises BadSheet, BadValue without a file, TooLong, Cancelled."""
        if self.file is None:
            raise BadValue(NO_FILE)
        return read(sheet, self.file, today=g.today, progress=self.progress, others=every_sheet())


@dataclass(frozen=True)
class WorkKind:
    """A kind of long work; `back` leads to where it was asked for, from its view and subject.

    `permission` is what its view asks for, asked again when a worker comes to it.
    """

    name: str
    title: str
    back: Callable[[str, str | None], str]
    permission: str | None
    perform: Callable[[WorkRequest], Outcome]


KINDS: dict[str, WorkKind] = {}
BROKEN = N_(
    "系统出错，没有办成，数据没有改变。请点击“重新开始”；仍然不成的，请把编号 {work_id} 告诉系统管理员。"
)
NO_ROOM = N_("服务器的磁盘已满，没有办成，数据没有改变。请联系系统管理员腾出空间，然后点击“重新开始”。")
INTERRUPTED = N_("多次被中断，没有办成，数据没有改变。请点击“重新开始”；仍然不成的，请联系系统管理员。")
WITHDRAWN = N_("您的账号已停用，或不再有此项功能的权限，没有办理。请联系本区县管理员。")
NO_FILE = N_("没有选择文件。请先选择要上传的文件。")


def shown(view: str, subject: str | None) -> str:
    """Return the page of what a work is done to."""
    return url_for(f"{view}.show", pk=subject)


def long_work(
    name: str,
    title: str,
    permission: str | None = None,
    back: Callable[[str, str | None], str] = shown,
):
    """Register a function as the doing of one kind of work; it changes the session and leaves the commit to its caller."""

    def register(perform: Callable[[WorkRequest], Outcome]) -> WorkKind:
        KINDS[name] = WorkKind(name, title, back, permission, perform)
        return KINDS[name]

    return register


def carry_out(kind: WorkKind, task: WorkRequest, title: str):
    """Do a work while the person waits, or have a worker do it; return the answer to the request either way."""
    task.progress = Progress(AT_ONCE)
    with tempfile.TemporaryFile() as content:
        task.content = content
        try:
            outcome = kind.perform(task)
        except TooLong:
            db.session.rollback()
            return _hand_over(kind, task, title)
        return _answer(kind, task, outcome, title)


def _answer(kind: WorkKind, task: WorkRequest, outcome: Outcome, title: str):
    if outcome.question is not None:
        db.session.rollback()
        sheet = hold_sheet(db.session, kind.name, task, title, outcome.question)
        db.session.commit()
        return redirect(sheet.address, 303)
    if task.content.tell():
        made = BytesIO(_content(task.content))
        return hand_out(made, title, subject=title, after={"rows": task.progress.total})
    db.session.commit()
    if outcome.refused or len(outcome.notes) > FLASHED:
        page = render_template("refused_rows.html", outcome=outcome, title=title)
        return page, outcome.status
    if not outcome.says_so_itself:
        flash(translate(outcome.message), "success" if outcome.good else "warning")
    for note in outcome.notes:
        flash(translate(note), "info")
    return redirect(outcome.address)


def _hand_over(kind: WorkKind, task: WorkRequest, title: str):
    vault, owned = g.vault, {"id": str(uuid4()), "user_id": g.actor.user_id}
    work = works.ask(
        db.session,
        **owned,
        kind=kind.name,
        view=task.view.endpoint,
        subject=task.subject or None,
        title=f"{gettext(kind.title)} · {title}"[: LongWork.title.type.length],
        address=g.actor.address,
        locale=str(get_locale()),
        asked_cipher=vault.encrypt(task.arguments, place(LongWork.asked_cipher, **owned)),
        file_cipher=works.encrypt(vault, LongWork.file_cipher, owned, _content(task.file)),
    )
    if work.user_id != g.actor.user_id:
        raise Refused(N_("他人正在办理同一项工作。请等其完成后再办。"))
    address = url_for("WorkView.progress", work_id=work.id)
    db.session.commit()
    return redirect(address, 303)


def hold_sheet(session: Session, kind: str, task: WorkRequest, title: str, question: Question) -> Outcome:
    """Keep the task's sheet until its sender answers; the outcome leads to the page that asks."""
    sheet = held_sheets.hold(
        session,
        g.vault,
        _content(task.file),
        question.as_json(),
        user_id=g.actor.user_id,
        kind=kind,
        view=task.view.endpoint,
        subject=task.subject,
        title=title[: HeldSheet.title.type.length],
        sight=g.actor.sight,
    )
    return Outcome(question.sentence, "SheetQuestionView.ask", {"sheet_id": sheet}, good=False)


def do(session: Session, work_id: str) -> None:
    """Do the worker's part: as the person who asked, with that person's sight and permissions of now.

    Raises NotHere.
    """
    work = works.begin(session, work_id, fab().views)
    if work is None:
        return
    engine, owned = session.get_bind(), {"id": work_id, "user_id": work.user_id}
    try:
        _do(session, work)
    except Cancelled:
        session.rollback()
        log.info("long work %s was cancelled", work_id)
    except DomainError as error:
        session.rollback()
        _fail(engine, owned, error.message)
    except Forbidden:
        session.rollback()
        _fail(engine, owned, Message(WITHDRAWN))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        session.rollback()
        log.error("long work %s broke\n%s", work_id, logs.trace(error))
        _fail(engine, owned, Message(NO_ROOM if is_no_room(error) else BROKEN, work_id=work_id))
        raise


def _do(session: Session, work: LongWork) -> None:
    if work.attempts > works.MOST_ATTEMPTS:
        raise Refused(INTERRUPTED)
    view, kind = fab().views.get(work.view), KINDS[work.kind]
    _become(work, view, kind)
    with (
        seeing(session, g.actor.scope),
        speaking(work.locale),
        _file_of(work) as file,
        tempfile.TemporaryFile() as content,
    ):
        with works.watched(session, work.id) as progress:
            arguments = text_of(g.vault, work, LongWork.asked_cipher)
            subject = work.subject or ""
            task = WorkRequest(view, subject, arguments, file, progress=progress, content=content)
            outcome = kind.perform(task)
            if outcome.question is not None:
                outcome = hold_sheet(session, kind.name, task, work.title, outcome.question)
            progress.reach(1)
        owned = {"id": work.id, "user_id": work.user_id}
        content_cipher = works.encrypt(g.vault, LongWork.content, owned, _content(content))
        outcome_cipher = works.encrypt(g.vault, LongWork.outcome_cipher, owned, outcome.as_json().encode())
        works.finish(session, work.id, progress.total, g.actor.sight, outcome_cipher, content_cipher)
        session.commit()


def _become(work: LongWork, view: BaseView, kind: WorkKind) -> None:
    """Give the job the actor and the permissions that a request of that person would have."""
    user = fab().sm.get_user_by_id(work.user_id)
    actor, permissions = with_permissions(user)
    g.actor, g.permissions = replace(actor, address=work.address), permissions
    if not user.is_active or not standing.permits(kind.permission, view):
        raise Refused(WITHDRAWN)


def _fail(engine, owned: dict, message: Message) -> None:
    outcome = Outcome(message, "", {}, good=False).as_json().encode()
    works.fail(engine, owned["id"], works.encrypt(g.vault, LongWork.outcome_cipher, owned, outcome))


@contextmanager
def _file_of(work: LongWork):
    """Open the file that came with the work; None when there was none."""
    content = bytes_of(g.vault, work, LongWork.file_cipher)
    if content is None:
        yield None
        return
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file


@contextmanager
def posted(name: str):
    """Hold the file of a form, where no name leads to it: it is gone with its process, however that ends. Raises BadValue."""
    with tempfile.TemporaryFile() as file:
        uploaded(name).save(file)
        file.flush()
        yield file


def _content(file: BinaryIO | None) -> bytes:
    if file is None:
        return b""
    file.seek(0)
    return file.read()


def uploaded(name: str) -> FileStorage:
    """Return the file of a form. Raises BadValue."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise BadValue(NO_FILE)
    return file
