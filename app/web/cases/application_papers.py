"""The scanned papers of an application (附件)."""

from __future__ import annotations

import io

from flask import abort, g, request, send_file
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.engine.audit import record
from app.engine.cases.claims import Attachment
from app.engine.intake import applications
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.file_names import file_name, visible
from app.kernel.messages import N_
from app.registers.ciphers import bytes_of
from app.web.longwork.works import uploaded
from app.web.stages.bulk import ApplicationsView
from app.web.wording.translations import gettext


class PaperRoutes(ApplicationsView):
    """Routes of `ApplicationView` that keep papers."""

    @expose("/attach/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def attach(self, pk):
        self.item(str(pk))
        try:
            name = self._keep(pk, request.form.get("kind", ""))
        except BadValue as error:
            return self.page_with(pk, error, "file")
        return self.finish(self._url(pk, "papers"), gettext("附件已上传。{name}").format(name=visible(name)))

    def _keep(self, pk: int, kind: str) -> str:
        """Keep the posted paper; returns its name. Raises BadValue."""
        if kind not in {paper.code for paper in self.programme.papers}:
            raise BadValue(N_("请选择附件的种类。"))
        file = uploaded("file")
        content = file.read(applications.MOST_BYTES + 1)
        kept = applications.attach(
            db.session, g.actor, pk, g.vault, kind=kind, name=visible(file.filename or ""), content=content
        )
        return kept.name

    @expose("/attachment/<int:pk>")
    @has_access
    @permission_name("show")
    def attachment(self, pk):
        """Hand out a paper of an application within scope, as a download: never shown as a page of ours."""
        paper = db.session.get(Attachment, pk) or abort(404)
        self.item(str(paper.application_id))
        record(
            db.session,
            g.actor,
            "download",
            application_id=paper.application_id,
            programme=self.programme.code,
            subject=visible(paper.name),
        )
        content, media_type = (
            bytes_of(g.vault, paper, Attachment.content),
            paper.media_type,
        )
        name = file_name(paper.name, media_type)
        db.session.commit()
        return send_file(io.BytesIO(content), media_type, as_attachment=True, download_name=name)

    @expose("/detach/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def detach(self, pk):
        application_id = (db.session.get(Attachment, pk) or abort(404)).application_id
        self.item(str(application_id))
        applications.detach(db.session, g.actor, pk)
        return self.finish(self._url(application_id, "papers"), gettext("附件已删除。"))
