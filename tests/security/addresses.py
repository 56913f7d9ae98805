"""Addresses filled with ids, and a form that fills any of ours."""

from __future__ import annotations

import io
import re

from tests.desk.days import after, month
from tests.security.cases import CASES_DAY, PDF

FILLED = {"<name>": "1-good.xlsx", "<path:filename>": "css/base.css", "<batch_id>": "no-such-batch"}

CHANGES_THE_SESSION = {"/logout/", "/login/"}


def address(rule: str) -> str:
    """A rule with ids that nobody has."""
    return re.sub(r"<[^>]+>", lambda found: FILLED.get(found[0], "0"), rule)


SHARED = {"RoleView", "PolicyView", "DayView", "YearView", "LoadView", "ProjectView", "HelpView"}
"""Screens of what is the whole province's; of roles, what an office's own ones are closed to stands in `test_roles`."""

BY_ENDPOINT = {
    "BatchView": "batches",
    "WorkView": "long_works",
    "SheetQuestionView": "held_sheets",
    "HistoryView": "claims",
    "DossierView": "persons",
    "LoginView": "logins",
    "RegisterUploadView.template": None,
    "PrintView.receipt": "applications",
    "PrintView.failed": "applications",
    "PrintView.review_form": "claims",
    "PrintView.refusal": "claims",
    "ObjectionView.add": "claims",
    "attachment": "attachments",
    "detach": "attachments",
    "ClassView.withdraw": "enrolments",
    "CompletionView.student": "enrolments",
}
"""Whose ids an address takes, where it isn't the view's own table."""


def form(known, sheet: bytes | None = None) -> dict:
    """What any form of ours asks for, filled in as somebody would who means it, with another county's ids."""
    claims = [str(i) for rows in known.claims.values() for i in rows]
    return {
        "rowid": claims,
        "row": [str(i) for _, i in known.failed],
        "all": "0",
        "action": "withdraw",
        "application_id": str(known.ids["applications"][0]),
        "employer": "锦江",
        "employer_id": str(known.ids["employers"][0]),
        "region": "510104",
        "payee_kind": "unit",
        "bank_name": "某银行",
        "branch_no": "105651000006",
        "holder": "某人",
        "number": "6217003810099999999",
        "raised_on": str(CASES_DAY),
        "raised_by": "某人",
        "contact": "某人",
        "content": "某事",
        "outcome": "upheld",
        "opinion": "同意",
        "reason": "某因",
        "start": str(CASES_DAY),
        "end": str(after(31, CASES_DAY)),
        "paid_on": str(CASES_DAY),
        "voucher_no": "X-1",
        "kind": "contract",
        "name": "张三",
        "category": "登记失业半年以上人员",
        "contract_start": str(month(3)),
        "version": "1",
        "office": str(known.ids["offices"][0]),
        "roles": ["clerk"],
        "active": "y",
        "username": "intruder",
        "address": "别处",
        "phone": "13800000000",
        "project_id": "1",
        "opens_on": str(after(1, CASES_DAY)),
        "closes_on": str(after(20, CASES_DAY)),
        "stop_from": str(after(1, CASES_DAY)),
        "stop_to": str(after(20, CASES_DAY)),
        "hours": "20",
        "platform": "某平台",
        "teacher": "某教师",
        "passed": "是",
        "certificate_no": "Z-1",
        "completed_on": str(CASES_DAY),
        "person_id": str(known.ids["persons"][0]),
        "q": "王小",
        "file": (io.BytesIO(PDF), "x.pdf"),
        **({"sheet": (io.BytesIO(sheet), "x.xlsx")} if sheet else {}),
    }


def table_of(app, endpoint: str) -> str | None:
    """The table whose ids an address takes; None for an address without ids of a county."""
    view_name, _, method = endpoint.partition(".")
    for name in (endpoint, view_name, method):
        if name in BY_ENDPOINT:
            return BY_ENDPOINT[name]
    views = {view.endpoint: view for view in app.appbuilder.baseviews}
    datamodel = getattr(views[view_name], "datamodel", None)
    return datamodel and datamodel.obj.__tablename__


def filled(app, known, method: str, rule: str, endpoint: str) -> list[str]:
    """The address with real ids of the other county; none when it takes none, or a key in place of a login."""
    if (
        rule.startswith("/api/")
        or "<" not in rule
        or "static" in endpoint
        or endpoint.partition(".")[0] in {*SHARED, "HomeView"}
    ):
        return []
    if "<int:row_id>" in rule:
        return [rule.replace("<int:pk>", str(a)).replace("<int:row_id>", str(b)) for a, b in known.failed]
    table = table_of(app, endpoint)
    ids = known.ids.get(table, [])
    assert ids or table not in known.written, f"no case to try {rule} with"
    return [re.sub(r"<[^>]+>", str(i), rule) for i in ids]
