"""The page that asks how a sheet is meant, and takes it in as answered."""

from __future__ import annotations

import tempfile

from flask import abort, g, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.engine.intake import held_sheets, removals
from app.engine.intake.held_sheets import HeldSheet
from app.extensions import db, fab
from app.registers.ciphers import bytes_of, text_of
from app.web.crud.views import Screen
from app.web.longwork import standing
from app.web.longwork.questions import SHOWN, Question
from app.web.longwork.works import KINDS, WorkKind, WorkRequest, carry_out


class SheetQuestionView(Screen, BaseView):
    """A sheet belongs to the person who handed it in; for anybody else it does not exist."""

    route_base = "/desk/sheets"
    default_view = "ask"

    @expose("/<sheet_id>")
    def ask(self, sheet_id):
        sheet = self._own(sheet_id)
        return self.render_template(
            "sheet_question.html",
            sheet=sheet,
            question=_question(sheet),
            shown=SHOWN,
            back=KINDS[sheet.kind].back(sheet.view, sheet.subject),
        )

    @expose("/<sheet_id>/answer", methods=["POST"])
    def answer(self, sheet_id):
        sheet = self._own(sheet_id)
        kind, view, choice = KINDS[sheet.kind], fab().views.get(sheet.view), request.form.get("choice", "")
        facts = sheet.id, sheet.title
        if choice not in ("all", "none", "checked"):
            return self._give_up(sheet, kind)
        question = _question(sheet).answered(choice, request.form.getlist("key"))
        with tempfile.TemporaryFile() as file:
            file.write(bytes_of(g.vault, sheet, HeldSheet.file_cipher))
            file.flush()
            answer = carry_out(kind, WorkRequest(view, sheet.subject, question, file), facts[1])
        held_sheets.drop(db.session, g.actor.user_id, facts[0])
        db.session.commit()
        return answer

    @staticmethod
    def _give_up(sheet: HeldSheet, kind: WorkKind):
        back = kind.back(sheet.view, sheet.subject)
        held_sheets.drop(db.session, g.actor.user_id, sheet.id)
        db.session.commit()
        return redirect(back, 303)

    @staticmethod
    def _own(sheet_id: str) -> HeldSheet:
        if not current_user.is_authenticated:
            abort(redirect(url_for("AuthView.login", next=request.path)))
        sheet = held_sheets.find_sheet(db.session, g.actor.user_id, sheet_id[:36])
        standing.insist(sheet, KINDS[sheet.kind].permission, fab().views.get(sheet.view))
        return sheet


def waiting_for(view: BaseView, subject: int) -> dict[str, object]:
    """Return what of one's own waits on a case's page: the address where a sheet asks how it is meant, and rows to put back."""
    sheets = held_sheets.waiting(db.session, g.actor.user_id, view.endpoint, str(subject))
    sheet = next((one for one in sheets if one.kind != held_sheets.REMOVED), None)
    return {
        "waiting": sheet and url_for("SheetQuestionView.ask", sheet_id=sheet.id),
        "removal": removals.removal_of(g.vault, sheets),
    }


def _question(sheet: HeldSheet) -> Question:
    return Question.from_json(text_of(g.vault, sheet, HeldSheet.question_cipher))
