"""Giving and taking roles, stopping and starting logins: one at a time from the drawer, several from the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import abort, g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Query
from wtforms import Form

from app.engine.access import accounts, changes
from app.extensions import db
from app.kernel.dates import add_months, parse_date
from app.kernel.errors import BadValue, NotFound
from app.kernel.messages import N_
from app.registers.organisation import Staff
from app.web.crud.paging import key_of
from app.web.crud.posting import Posting
from app.web.site.hardening import own_path
from app.web.staff import account_changes, pending_duties, role_words
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

MOST = 50
"""Logins that are changed at once, each with its own entries in the log."""
NOBODY = N_("没有选中可以办理的人。请在列表中勾选您可以管理的人员后再办理。")


class Granting(Posting):
    """Of the users' view; each move says what it changed and leads back to where it was made."""

    base_query: Callable[[], Query]
    manageable: Callable[[Staff], bool]
    _manageable: Callable[[str], Staff]

    @expose("/grant/<pk>", methods=["POST"])
    @has_access
    @permission_name("change")
    def grant(self, pk):
        """Give a role, or another last day of one that is present."""
        return self._change(pk, given={request.form.get("role", ""): until()})

    @expose("/take/<pk>", methods=["POST"])
    @has_access
    @permission_name("change")
    def take(self, pk):
        """Take a role away."""
        return self._change(pk, taken=request.form.get("role", ""))

    @expose("/stop/<pk>", methods=["POST"])
    @has_access
    @permission_name("change")
    def stop(self, pk):
        return self._change(pk, active=False)

    @expose("/start/<pk>", methods=["POST"])
    @has_access
    @permission_name("change")
    def start(self, pk):
        return self._change(pk, active=True)

    @expose("/take_back/<pk>", methods=["POST"])
    @has_access
    @permission_name("change")
    def take_back(self, pk):
        """Make an account what it was before a change."""
        number = key_of(Staff.user_id.type, pk)
        staff = changes.take_back(db.session, g.actor, number if number is not None else -1)
        return self._answer(staff)

    @expose("/together", methods=["POST"])
    @has_access
    @permission_name("change")
    def together(self):
        """Ask what shall happen to the ticked logins, and do it for all or none of them."""
        staff = self._ticked()

        def save():
            if not staff:
                raise NotFound(NOBODY)
            wanted = _wanted()
            for one in staff:
                _write(one, **wanted)
            db.session.flush()
            sentence = gettext("已为 {count} 人办理。每人的变动可以在“变动记录”中改回。")
            answer = self.finish(sentence=sentence.format(count=len(staff)))
            for one in staff:
                pending_duties.tell(one.user_id)
            return answer

        if "what" not in request.form and staff:
            return self.render_template("users_together.html", view=self, **_together(staff))
        return self.form_page(Form(), save, "users_together.html", lambda: _together(staff))

    def _ticked(self) -> list[Staff]:
        """Return the ticked logins in sight that the actor may change."""
        numbers = [key_of(Staff.user_id.type, text) for text in request.form.getlist("rowid")[:MOST]]
        rows = self.base_query().filter(Staff.user_id.in_([n for n in numbers if n is not None]))
        return [one for one in rows.order_by(Staff.user_id) if self.manageable(one)]

    def _change(self, pk: str, **what):
        staff = self._manageable(pk)
        _write(staff, **what)
        return self._answer(staff)

    def _answer(self, staff: Staff):
        """Say what was changed, and lead back to the list or the page that it was changed on."""
        db.session.flush()
        sentence = account_changes.answer(accounts.full_name(staff.user), staff.user.username)
        back = own_path(request.referrer or "") or ""
        known = back.startswith((url_for("UserView.list"), url_for("AccountChangeView.list")))
        own = url_for("UserView.show", pk=staff.user_id)
        answer = self.finish(back if known or back == own else None, sentence)
        pending_duties.tell(staff.user_id)
        return answer


def until() -> date | None:
    """Return the last day that a form names: a typed one, or one of the offered terms. Raises BadValue."""
    text = request.form.get("until", "").strip() or request.form.get("term", "")
    if not text:
        return None
    day = parse_date(text)
    if day is None or day < g.today:
        raise BadValue(N_("截止日期须是今天或以后的日期，如2026-12-31。请重新填写，长期有效的不填。"))
    return day


def terms() -> list[tuple[str, str]]:
    """Return the last days that a form offers, each with its name."""
    return [
        (add_months(g.today, 1).isoformat(), gettext("一个月")),
        (g.today.replace(month=12, day=31).isoformat(), gettext("年底")),
        ("", gettext("长期")),
    ]


def _wanted() -> dict:
    """Return what a form wants done with several logins. Raises BadValue."""
    what = request.form.get("what", "")
    if what == "give":
        return {"given": {request.form.get("role", ""): until()}}
    if what == "take":
        return {"taken": request.form.get("role", "")}
    return {"active": what == "start"} if what in ("stop", "start") else abort(400)


def _write(
    staff: Staff,
    *,
    given: dict[str, date | None] | None = None,
    taken: str = "",
    active: bool | None = None,
) -> None:
    """Change one login; roles that it holds already stay as they are."""
    roles = accounts.held_by(db.session, staff.user) | (given or {})
    if given and not set(given) <= set(accounts.grantable(db.session, g.actor)):
        raise BadValue(N_("请先选择要授予的角色。"))
    roles.pop(taken, None)
    accounts.change_user(
        db.session,
        g.actor,
        staff,
        name=accounts.full_name(staff.user),
        office=staff.office,
        roles=set(roles),
        active=bool(staff.user.active) if active is None else active,
        ends={role: day for role, day in roles.items() if day},
    )


def _together(staff: list[Staff]) -> dict:
    """Return what the page of several logins shows: who, what may be given to all, what may be taken from some."""
    present = [accounts.roles_of(one.user) for one in staff]
    offices = {one.office_id: one.office for one in staff}
    return {
        "people": [(one, accounts.full_name(one.user)) for one in staff],
        "offers": role_words.offered(offices, present) if staff else [],
        "terms": terms(),
        "takable": [(role, role_title(role)) for role in sorted(set().union(*present))],
        "most": MOST,
    }
