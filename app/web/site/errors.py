"""Error pages that say what happened and what to do, and never show SQL or anybody's data."""

from __future__ import annotations

import logging

from flask import Flask, current_app, g, jsonify, make_response, render_template, request, url_for
from flask_babel import get_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from app import logs
from app.extensions import db
from app.kernel.errors import (
    BadSheet,
    BadValue,
    DomainError,
    Malformed,
    NotFound,
    Refused,
    Unreadable,
    Withdrawn,
    is_database_away,
    is_no_room,
)
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.serving import NEWER
from app.web.site import returning
from app.web.site.hardening import in_api
from app.web.wording.formats import translate
from app.web.wording.translations import gettext

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("请求内容无法识别。请返回上一页，刷新后重试。"),
    404: N_("没有找到这个页面或记录。它可能已被移除，或不在您的机构范围内。请从左侧菜单重新进入。"),
    405: N_("不能以这种方式打开此地址。请从左侧菜单重新进入。"),
    413: N_("上传的内容过大。文件请控制在 20 MiB 以内，附件请控制在 10 MiB 以内。"),
    429: N_("操作过于频繁。请稍候再试。"),
}
SOON = N_("刚发布的项目正在载入，本页几秒钟后会自动重新打开。")
SOON_SECONDS = 3
NO_ROOM = N_("服务器的磁盘已满，操作没有完成，数据没有改变。请把下面的编号告诉系统管理员，腾出空间后再重试。")
AWAY = N_(
    "数据库暂时无法连接。请过一两分钟刷新页面，先核对是否已经办好，没有办好的再重试；仍然出错的，请把下面的编号告诉系统管理员。"
)
BROKEN = N_("系统出错，操作没有完成，数据没有改变。请重试；仍然出错的，请把下面的编号告诉系统管理员。")
FOR_SYSTEMS = {
    400: N_("请求内容无法识别，没有执行任何操作。请按接口文档更正。"),
    401: N_("请求没有有效的接口密钥：未提供、无效、已撤销或已过期。请向本机构管理员申领。"),
    403: N_("此接口密钥没有这项用途。请向发放密钥的管理员申领有此用途的密钥。"),
    404: N_("没有这个地址或记录，或不在密钥所属机构的范围内。请按接口文档更正。"),
    405: N_("此地址不接受这种方法。请按接口文档更正。"),
    413: N_("请求的内容过大，没有执行任何操作。请分批发送。"),
    415: N_("请求的内容须为 JSON，并以 Content-Type: application/json 说明。请更正后重新发送。"),
    429: N_("调用过于频繁。请在 Retry-After 所示的秒数之后重试。"),
}
SAID_BESIDE = ("Allow", "Retry-After", "WWW-Authenticate")
STATUS = {Unreadable: 409, NotFound: 404, Withdrawn: 403, Refused: 409, BadValue: 422, BadSheet: 422}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(Exception, _crash)


def denied_sentence() -> str:
    """Return the manual's hint, with the office whose administrator can help."""
    sentence = gettext("当前账号无该功能权限，请联系区县管理员授权")
    office = g.actor.office_name if "actor" in g else ""
    beside = f"{gettext('（')}{office}{gettext('）')}" if office else ""
    return f"{sentence}{beside}{gettext('。')}"


def page(status: int, sentence: str, reference: str | None = None, *, again: str | None = None):
    """Return one error as a page, or as JSON for scripts; for an unknown host, which has no addresses, as a sentence.

    `again`: where the form that was sent can be opened and sent once more as it was filled in.
    """
    if isinstance(request.routing_exception, SecurityError):
        return sentence, status, {"Content-Type": "text/plain; charset=utf-8"}
    if in_api(request.path):
        return _for_systems(status, sentence, reference)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error=sentence, reference=reference), status
    facts = {"sentence": sentence, "reference": reference, "gone": status == 404, "again": again}
    return render_template("error.html", status=status, **facts), status


def _bare(status: int, sentence: str, reference: str):
    """Return the page for when nothing can be read: neither who has logged in nor a menu stands on it."""
    if isinstance(request.routing_exception, SecurityError) or _for_scripts():
        return page(status, sentence, reference)
    template = current_app.jinja_env.get_template("error_bare.html")
    facts = {"sentence": sentence, "reference": reference, "language": str(get_locale())}
    name = gettext(current_app.config["APP_NAME"])
    return template.render(status=status, name=name, **facts), status


def _for_scripts() -> bool:
    return in_api(request.path) or request.accept_mimetypes.best == "application/json"


def _for_systems(status: int, sentence: str, reference: str | None):
    """Answer a call of the API; each refusal stands in the log under its id, by which the other system's operators may ask."""
    if reference is None:
        reference = logs.number()
        log.warning(
            "refused %s with %s: %s %s", reference, status, request.method, without_numbers(request.path)
        )
    return jsonify(message=sentence, id=reference), status


def _expired(_: CSRFError):
    """Put what was typed back into a fresh page: another tab may have logged in again meanwhile."""
    if returning.demanded():
        return returning.to_login()
    sentence = gettext("页面已过期或不是从本系统打开的，操作没有执行。请刷新页面后重试。")
    if not current_user.is_authenticated:
        return page(400, sentence)
    again = returning.place() or url_for("HomeView.index")
    return returning.lead_away(sentence, again) if returning.by_script() else page(400, sentence, again=again)


def _http(error: HTTPException):
    if error.code is None or error.code < 400:
        return error
    if error.code == 404 and _comes_soon():
        answer = make_response(page(503, gettext(SOON)))
        answer.headers["Refresh"] = answer.headers["Retry-After"] = str(SOON_SECONDS)
        return answer
    if in_api(request.path):
        sentence = gettext(FOR_SYSTEMS.get(error.code, FOR_SYSTEMS[400]))
    elif error.code == 403:
        sentence = denied_sentence()
    else:
        sentence = gettext(SENTENCES.get(error.code, SENTENCES[400]))
    answer = make_response(page(error.code, sentence))
    answer.headers.extend((name, value) for name, value in error.get_headers() if name in SAID_BESIDE)
    return answer


def _comes_soon() -> bool:
    """Return whether the address may be of a programme that was published since this process began; another one follows."""
    return request.url_rule is None and current_user.is_authenticated and NEWER in request.environ


def _domain(error: DomainError):
    db.session.rollback()
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    if status == 422 and in_api(request.path) and not isinstance(error, Malformed):
        status = 409
    return page(status, translate(error.message))


def _crash(error: Exception):
    db.session.rollback()
    reference = logs.number()
    log.error("unhandled error %s on %s\n%s", reference, without_numbers(request.path), logs.trace(error))
    if is_database_away(error):
        return _bare(503, gettext(AWAY), reference)
    if is_no_room(error):
        return page(507, gettext(NO_ROOM), reference)
    return page(500, gettext(BROKEN), reference)
