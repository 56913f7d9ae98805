"""Workbooks that people take away: written down in the audit log in the same breath as they are handed out."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import Response, g, send_file

from app.engine.audit import record
from app.extensions import db
from app.kernel.dates import SHANGHAI
from app.kernel.file_names import file_name
from app.web.wording.translations import gettext

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mark() -> str:
    """Return who takes a file away and when, as it stands in the file."""
    moment = f"{g.today} {datetime.now(SHANGHAI):%H:%M}"
    return gettext("{office} {name} {moment} 导出").format(
        office=g.actor.office_name, name=g.actor.name, moment=moment
    )


def blank(content: bytes, name: str) -> Response:
    """Return an empty template: nothing of anybody's stands in it."""
    return workbook(BytesIO(content), name)


def hand_out(content: BytesIO, name: str, event: str = "export", **facts: object) -> Response:
    """Hand out a workbook with people in it; `facts` are columns of the audit entry. Commits."""
    record(db.session, g.actor, event, **facts)
    db.session.commit()
    content.seek(0)
    return workbook(content, name)


def workbook(content: BytesIO, title: str) -> Response:
    """Return a workbook as a download."""
    return send_file(content, XLSX, as_attachment=True, download_name=file_name(f"{title}.xlsx", XLSX))
