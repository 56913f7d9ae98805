"""Error pages that say what happened and what to do, and never show SQL or anybody's data."""

from __future__ import annotations

import logging
import uuid

from flask import Flask, g, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from app.extensions import db
from app.kernel.errors import BadSheet, BadValue, DomainError, NotFound, Refused
from app.kernel.messages import N_
from app.web.templating import translate

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("请求内容无法识别。请返回上一页，刷新后重试。"),
    404: N_("没有找到这个页面或记录。它可能已被移除，或不在您的机构范围内。请从左侧菜单重新进入。"),
    405: N_("不能以这种方式打开此地址。请从左侧菜单重新进入。"),
    413: N_("上传的内容过大。文件请控制在 20 MiB 以内，附件请控制在 10 MiB 以内。"),
    429: N_("操作过于频繁。请稍候再试。"),
}
STATUS = {NotFound: 404, Refused: 409, BadValue: 422, BadSheet: 422}


def init_app(app: Flask) -> None:
    """Registers the handlers."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(Exception, _crash)


def denied_sentence() -> str:
    """The manual's hint, with the office whose administrator can help."""
    sentence = gettext("当前账号无该功能权限，请联系区县管理员授权")
    office = g.actor.office_name if "actor" in g else ""
    return f"{sentence}（{office}）。" if office else f"{sentence}。"


def page(status: int, sentence: str, reference: str | None = None):
    """One error as a page, or as JSON for scripts; for an unknown host, which has no addresses, as a sentence."""
    if isinstance(request.routing_exception, SecurityError):
        return sentence, status, {"Content-Type": "text/plain; charset=utf-8"}
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error=sentence, reference=reference), status
    return render_template("error.html", status=status, sentence=sentence, reference=reference), status


def _expired(_: CSRFError):
    return page(400, gettext("页面已过期或不是从本系统打开的，操作没有执行。请刷新页面后重试。"))


def _http(error: HTTPException):
    if error.code == 403:
        return page(403, denied_sentence())
    if error.code is None or error.code < 400:
        return error
    return page(error.code, gettext(SENTENCES.get(error.code, SENTENCES[400])))


def _domain(error: DomainError):
    db.session.rollback()
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    return page(status, translate(error.message))


def _crash(error: Exception):
    db.session.rollback()
    reference = uuid.uuid4().hex[:12]
    log.error("unhandled error %s on %s", reference, request.path, exc_info=error)
    return page(
        500,
        gettext("系统出错，操作没有完成，数据没有改变。请重试；仍然出错的，请把下面的编号告诉系统管理员。"),
        reference,
    )
