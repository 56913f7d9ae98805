"""The rows of an application that did not pass: by what stopped them, corrected in their place, removed and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from wtforms import Field

from app.engine.audit import record
from app.engine.cases import claim_accounts, failed_rows
from app.engine.cases.claims import Application, FailedRow
from app.engine.intake import rechecking, removals
from app.engine.programme import Programme
from app.engine.rules.rule import Right, RiskRule
from app.extensions import db
from app.kernel.text import whole_number
from app.web.longwork.sheet_forms import RowForm, row_form
from app.web.page.findings import ReadableFinding, cells_of, readable
from app.web.stages.bulk import ApplicationsView
from app.web.wording.formats import translate
from app.web.wording.translations import gettext

NAMES_SOMEBODY = ("name", "citizen_id")


@dataclass(frozen=True)
class FailedLine:
    """A failed row as its page shows it, worst finding first."""

    row: FailedRow
    cells: Mapping[str, str]
    findings: Sequence[ReadableFinding]

    @property
    def stops(self) -> list[ReadableFinding]:
        return [finding for finding in self.findings if finding.stops]


@dataclass(frozen=True)
class FailedGroup:
    """Rows that stand under one rule: how many there are, those that are shown, and what may be given for all of them."""

    rule: RiskRule
    count: int
    headline: str
    remedy: str
    lines: Sequence[FailedLine]
    fields: Sequence[Field]


def failed_groups(
    programme: Programme, rows: Sequence[FailedRow], counts: Mapping[str, int]
) -> list[FailedGroup]:
    """Return the shown rows by the rule that stops them; `counts` has every rule of them, and how many rows it stops."""
    lines: dict[str, list[FailedLine]] = {}
    for row in rows:
        code = rechecking.stopped_by(row.findings)["rule"]
        line = FailedLine(row, cells_of(row), readable(programme, row.findings))
        lines.setdefault(code, []).append(line)
    return [_group(programme, code, lines[code], counts[code]) for code in sorted(lines)]


def _group(programme: Programme, code: str, lines: Sequence[FailedLine], count: int) -> FailedGroup:
    rule = programme.rule(code)
    evidence = rechecking.stopped_by(lines[0].row.findings)["evidence"] or {}
    headline = translate(rule.with_facts(rule.advice.headline or rule.title, evidence))
    remedy = rule.advice.remedy and translate(rule.with_facts(rule.advice.remedy, evidence))
    form = row_form(programme.sheet, None, {})
    names = [] if rule.advice.hopeless else rechecking.common_fields(programme, rule)
    return FailedGroup(rule, count, headline, remedy, lines, [form[name] for name in names])


class RowRoutes(ApplicationsView):
    """Routes of `ApplicationView` that concern failed rows."""

    @expose("/correct/<int:pk>/<int:row_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def correct(self, pk, row_id):
        """Correct one failed row, on a page of its own or in its place, and judge it again."""
        application, row = self.item(str(pk)), db.session.get(FailedRow, row_id)
        if row is None or row.application_id != application.id:
            abort(404)
        if request.method == "POST":
            return self._corrected(application, row)
        form = row_form(self.programme.sheet, None, failed_rows.cells(row, g.vault))
        findings = readable(self.programme, row.findings)
        stops = [f for f in findings if f.stops]
        in_place = request.args.get("in") == "row"
        shown = self._blamed(form, stops) if in_place else list(form)
        page = self.render_template(
            "parts/failed_edit.html" if in_place else "correct.html",
            view=self,
            row=application,
            failed=row,
            form=form,
            fields=shown,
            findings=findings,
            stops=stops,
            suggested=self._suggested(row),
        )
        if not in_place or {field.name for field in shown} & {*NAMES_SOMEBODY, claim_accounts.NUMBER}:
            facts = {"application_id": application.id, "programme": self.programme.code}
            record(db.session, g.actor, "reveal", **facts, after={"row_no": row.row_no})
            db.session.commit()
        return page

    def _corrected(self, application: Application, row: FailedRow):
        """Judge the row with what was typed; fields that were not shown stay as they are."""
        typed = {
            c.field: request.form[c.field] for c in self.programme.sheet.columns if c.field in request.form
        }
        name = row.name
        report = rechecking.recheck(
            db.session, g.actor, self.programme, application.id, [row], g.vault, g.today, typed
        )
        place = self._url(application.id, "people")
        if report.passed:
            return self.finish(place, gettext("{name}更正后校验通过。").format(name=name))
        sentence = gettext("{name}更正后仍未通过，原因见未通过名单。").format(name=name)
        return self.finish(place, sentence, "warning")

    def _blamed(self, form: RowForm, stops: Sequence[ReadableFinding]) -> list[Field]:
        """Return the fields that are worth showing in the row: what the rules find wrong, and what else they judge.

        Name and number stand only where the sheet may have them wrong: any other rule was asked of that person.
        """
        blamed = {name for stop in stops for name in stop.fields}
        others: set[str] = set()
        if all(self.programme.rule(stop.code).waits_for is Right.NAME for stop in stops):
            blamed, others = blamed - set(NAMES_SOMEBODY), set(self.programme.judged.values())
        fields = [field for field in form if field.name in blamed | others]
        return sorted(fields, key=lambda field: field.name not in blamed)

    def _suggested(self, row: FailedRow) -> dict[str, str]:
        """Return field → the text that would satisfy what stops the row."""
        code = rechecking.stopped_by(row.findings)["rule"]
        return rechecking.suggestions(self.programme.rule(code), row.findings)

    @expose("/recheck/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def recheck(self, pk):
        """Judge all rows under one rule again, as they stand or with what is given for all of them."""
        self.item(str(pk))
        rule = self._posted_rule()
        rows = rechecking.rows_under(db.session, pk, rule)
        names = rechecking.common_fields(self.programme, rule)
        typed = {name: request.form[name] for name in names if request.form.get(name)}
        suggested = rule if request.form.get("suggested") else None
        report = rechecking.recheck(
            db.session, g.actor, self.programme, pk, rows, g.vault, g.today, typed, suggested
        )
        sentence = gettext("已重新校验{count}人：{passed}人通过，{failed}人未通过。")
        sentence = sentence.format(count=len(rows), passed=report.passed, failed=report.failed)
        return self.finish(self._url(pk, "people"), sentence, "warning" if report.failed else "success")

    @expose("/drop/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def drop(self, pk):
        """Remove failed rows that shall not be corrected: the posted ones, or all under one rule."""
        self.item(str(pk))
        if "rule" in request.form:
            ids = [row.id for row in rechecking.rows_under(db.session, pk, self._posted_rule())]
        else:
            ids = [id_ for text in request.form.getlist("row") if (id_ := whole_number(text)) is not None]
        gone = removals.remove_failed(db.session, g.actor, g.vault, pk, ids, self.endpoint)
        # the page itself says what can be put back
        offered = 0 < gone <= removals.MOST_KEPT
        sentence = "" if offered else gettext("已移除{count}行未通过的人员。").format(count=gone)
        return self.finish(self._url(pk, "people"), sentence)

    @expose("/restore/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore(self, pk):
        """Put back what was removed last."""
        self.item(str(pk))
        back = removals.put_back(db.session, g.actor, g.vault, pk, request.form.get("removal", "")[:36])
        return self.finish(self._url(pk, "people"), gettext("已恢复{count}行。").format(count=back))

    def _posted_rule(self) -> RiskRule:
        code = request.form.get("rule", "")
        return next((rule for rule in self.programme.rules if rule.code == code), None) or abort(404)
