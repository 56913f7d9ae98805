"""What a call brings, held to the schema that the document shows; what doesn't fit is refused whole, with the place named."""

from __future__ import annotations

import json

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from app.kernel.errors import Malformed
from app.kernel.messages import N_

UNREADABLE = N_("请求的内容不是有效的 JSON，没有执行任何操作。请按接口文档更正后重新发送。")


def query(schema: Schema) -> dict:
    """Return the parameters of the address, each at most once. Raises Malformed."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Malformed(N_("参数 {name} 只能出现一次。请按接口文档更正。"), name=name[:60])
    try:
        return schema.load(request.args.to_dict())
    except ValidationError as error:
        name = next(iter(error.messages))
        raise Malformed(
            N_("参数 {name} 不符合接口文档的要求。请按接口文档更正。"), name=str(name)[:60]
        ) from error


def rows(schema: Schema, most: int) -> list[dict]:
    """Return the rows of the body. Raises Malformed, and 415 for what doesn't call itself JSON."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        content = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError) as error:
        raise Malformed(UNREADABLE) from error
    if not isinstance(content, list) or not 1 <= len(content) <= most:
        raise Malformed(
            N_("请求的内容应为 JSON 数组，1 至 {most} 行，没有执行任何操作。请分批发送。"), most=most
        )
    try:
        return schema.load(content, many=True)
    except ValidationError as error:
        number, faults = next(iter(error.normalized_messages().items()))
        field = next(iter(faults), "") if isinstance(faults, dict) else ""
        raise Malformed(
            N_("第{row}行的 {field} 不符合接口文档的要求，整批没有执行。请按接口文档更正后重新发送。"),
            row=int(number) + 1,
            field=str(field)[:60],
        ) from error
