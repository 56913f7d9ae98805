"""The audit log as auditors read it: search by person, case, user, event and period; export; seals and their heads."""

from __future__ import annotations

import io
from typing import ClassVar

from flask import g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine.access.roles import AUDITOR
from app.engine.audit import EVENTS, AuditEntry
from app.engine.oversight import sealing
from app.engine.sheets import export
from app.extensions import db
from app.kernel.messages import N_
from app.web.crud.search import BEYOND
from app.web.crud.views import READ, ModelView
from app.web.oversight import audit_search
from app.web.page.downloads import hand_out, mark
from app.web.wording.titles import fact_title, field_title
from app.web.wording.translations import gettext

HEADS = (N_("封印"), N_("最后条目"), N_("封存时间"), N_("封印值"))
HEAD_CHARACTERS = 64

BEYOND |= {
    "concerns": ("text", audit_search.concerns, None),
    "case": ("text", audit_search.of_case, None),
    "actor_name": ("text", audit_search.done_by, None),
}


class AuditView(ModelView):
    datamodel = SQLAInterface(AuditEntry)
    route_base = "/settings/audit"
    menu = (N_("系统管理"),)
    menu_title = N_("审计日志")
    menu_icon = "audit"
    include_route_methods: ClassVar[set[str]] = {"list", "show", "verify", "heads"}
    granted = {AUDITOR: (*READ, "can_verify")}
    permission_titles = {"can_verify": N_("核验")}
    list_template = "audit_list.html"
    choices = {"event": EVENTS}
    show_template = "audit_entry.html"
    joined = ["application", "claim", "actor"]
    label_columns = {
        "id": N_("编号"),
        "at": N_("时间"),
        "event": N_("事项"),
        "actor_name": N_("操作人"),
        "actor.username": N_("用户名"),
        "address": N_("来源地址"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "application.number": N_("申请单号"),
        "claim.person.name": N_("姓名"),
        "subject": N_("对象"),
        "note": N_("意见或原因"),
        "claim_id": N_("人员记录"),
        "batch_id": N_("批次"),
        "before": N_("之前"),
        "after": N_("之后"),
        "concerns": N_("涉及人员"),
        "case": N_("业务编号"),
    }
    list_columns = [
        "at",
        "event",
        "actor_name",
        "actor.username",
        "office.name",
        "application.number",
        "claim.person.name",
        "subject",
        "note",
        "address",
    ]
    show_columns = [*list_columns, "claim_id", "batch_id"]
    export_columns = ["id", *show_columns, "before", "after"]
    search_columns = ["concerns", "case", "event", "actor_name", "office", "at"]

    def value(self, row: AuditEntry, column: str) -> object:
        content = super().value(row, column)
        if not isinstance(content, dict):
            return content
        facts = (
            (field_title(k, row.programme), fact_title(k, v, row.programme, row.event))
            for k, v in content.items()
        )
        return gettext("；").join(f"{title}{gettext('：')}{fact}" for title, fact in facts)

    @expose("/verify")
    @has_access
    def verify(self):
        """Tell whether the log is as it was sealed, and still holds a head that was kept elsewhere."""
        known = request.args.get("head", "").strip()[:HEAD_CHARACTERS]
        verdict = sealing.verify(db.session, g.vault, known)
        facts = {"verdict": verdict, "known": known, "numbered": sealing.numbered(db.session)}
        return self.render_template("audit_verify.html", view=self, **facts)

    @expose("/heads")
    @has_access
    @permission_name("verify")
    def heads(self):
        """Hand out every seal's head as a workbook, to be kept elsewhere; audited."""
        stream, title = io.BytesIO(), gettext("审计日志封印")
        lines = (
            (one.number, one.last_id, one.sealed_at, one.head.hex()) for one in sealing.heads(db.session)
        )
        count = export(title, [gettext(h) for h in HEADS], lines, stream, mark())
        return hand_out(stream, title, "download", subject=title, after={"rows": count})
