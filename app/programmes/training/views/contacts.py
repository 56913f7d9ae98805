"""The phone of a class's contact in full, once, on a page that is not kept; audited."""

from __future__ import annotations

from flask import abort, g
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.engine.audit import record
from app.extensions import db
from app.programmes.training import PROGRAMME
from app.programmes.training.classes import contacts
from app.web.crud.views import ModelView
from app.web.wording.translations import gettext


class Reachable(ModelView):
    """Of a view of classes. The clerk who opens a class rings the contact up, and so sees the phone too."""

    @expose("/reveal/<int:pk>", methods=["POST"])
    @has_access
    def reveal(self, pk):
        row = self.item(str(pk))
        full = contacts.phone_of(g.vault, row) or abort(404)
        facts = {"class_id": row.id, "office_id": row.office_id, "subject": row.cohort_no}
        record(
            db.session, g.actor, "reveal", programme=PROGRAMME.code, **facts, after={"shown": "contact_phone"}
        )
        return self.reveal_page(row, row.contact, full, gettext("班级联系人电话"))
