"""Workbooks that people take away: written down in the audit log in the same breath as they are handed out."""

from __future__ import annotations

from io import BytesIO

from flask import Response, g, send_file

from app.engine.audit import record
from app.extensions import db

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def blank(content: bytes, name: str) -> Response:
    """An empty template: nothing of anybody's stands in it."""
    return send_file(BytesIO(content), XLSX, as_attachment=True, download_name=f"{name}.xlsx")


def hand_out(content: BytesIO, name: str, event: str = "export", **facts: object) -> Response:
    """A workbook with people in it; `facts` are columns of the audit entry. Commits."""
    record(db.session, g.actor, event, **facts)
    db.session.commit()
    content.seek(0)
    return send_file(content, XLSX, as_attachment=True, download_name=f"{name}.xlsx")
