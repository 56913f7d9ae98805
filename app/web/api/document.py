"""The OpenAPI document: FAB's, of our APIs, with the answers that every one of them may give."""

from __future__ import annotations

from apispec import APISpec
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.api.manager import OpenApi
from marshmallow import Schema, fields

from app.extensions import fab

ERRORS = {
    400: "The request can't be read",
    401: "No valid key: missing, unknown, not confirmed yet, revoked, past its last day, or its maker is no administrator any more",
    403: "The key has not this ability",
    404: "No such record within the key's office",
    409: "Refused by the domain; nothing was changed",
    413: "Too large",
    415: "The body doesn't call itself application/json",
    422: "Not as this document says; nothing was changed",
    429: "Too many calls; Retry-After says in how many seconds to come back",
}
ALWAYS = (400, 401, 403, 422, 429)


class Failure(Schema):
    """Every refusal: a sentence in Chinese or English (Accept-Language) and the id under which it stands in the log."""

    message = fields.String(required=True)
    id = fields.String(required=True)


class Api(BaseApi):
    """FAB's base with addresses of our own and without FAB's JWT, cookies and generated responses."""

    route_base = "/api/v1"
    responses: dict = {}

    def operation(
        self, summary: str, answer: type[Schema], *, errors: tuple[int, ...] = (), **more: object
    ) -> dict:
        """Return one operation of the document."""
        failures = {
            code: {"description": ERRORS[code], **_json(Failure)} for code in sorted({*ALWAYS, *errors})
        }
        failures[429]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        success = {"description": "OK", **_json(answer)}
        return {
            "summary": summary,
            "tags": [self.class_permission_name],
            "security": [{"key": []}],
            "responses": {"200": success, **{str(code): one for code, one in failures.items()}},
            **more,
        }


class DocumentApi(Api):
    """The document for those who hold a key; administrators get it on the screen of the keys."""

    @expose("/openapi", methods=["GET"])
    def openapi(self):
        return document()

    def add_api_spec(self, api_spec: APISpec) -> None:
        """Leave out the document: it does not describe its own address."""


def document() -> dict:
    """Return the document as it stands, for this address of the server."""
    spec = OpenApi._create_api_spec("v1")
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for view in fab().baseviews:
        if isinstance(view, Api):
            view.add_api_spec(spec)
    return spec.to_dict()


def _json(schema: type[Schema]) -> dict:
    return {"content": {"application/json": {"schema": schema}}}
