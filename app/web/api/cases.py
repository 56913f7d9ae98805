"""Cases to read: claims of the key's office and those below it, with masked ids, by key from the oldest to the newest."""

from __future__ import annotations

from apispec import APISpec
from flask import abort, g
from flask_appbuilder.api import expose
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range, Regexp
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.engine.access.api_keys import CASE_READ
from app.engine.audit import record
from app.engine.cases.claims import Claim
from app.engine.cases.states import STATES
from app.extensions import PLANNED_EACH_TIME, db
from app.registers.organisation import Office
from app.web.api import asking
from app.web.api.access import needs
from app.web.api.document import Api
from app.web.api.fields import Day, Number, Text

LARGEST = 10**18 - 1
LOGGED = ("programme", "state", "office", "submitted_from", "submitted_to", "after", "limit")
"""Filters that stand in the audit log; a USCC could be any 18 characters."""
LOADED = (Claim.application, Claim.office, Claim.person, Claim.employer, Claim.notice, Claim.payment_list)


class Case(Schema):
    """One claim: one person in one application. Amounts are CNY with two decimals, as text."""

    id = fields.Integer(required=True)
    programme = fields.String(required=True)
    state = fields.String(required=True)
    application = fields.String(required=True, attribute="application.number")
    office = fields.String(required=True, attribute="office.code")
    office_name = fields.String(required=True, attribute="office.name")
    name = fields.String(required=True)
    masked_id = fields.String(required=True, attribute="person.masked_id")
    employer = fields.String(required=True, attribute="employer.name")
    uscc = fields.String(required=True, attribute="employer.uscc")
    insured_region = fields.String(required=True, allow_none=True)
    amount = fields.String(required=True)
    submitted_on = fields.Date(required=True, allow_none=True)
    notice = fields.String(required=True, allow_none=True, attribute="notice.number", dump_default=None)
    payment_list = fields.String(
        required=True, allow_none=True, attribute="payment_list.number", dump_default=None
    )
    paid_on = fields.Date(required=True, allow_none=True)
    voucher_no = fields.String(required=True, allow_none=True)
    warned = fields.Boolean(required=True)
    post_check = fields.Boolean(required=True)


class Cases(Schema):
    """One page; `next`, given as `after`, leads to the following one, and is null on the last."""

    result = fields.List(fields.Nested(Case), required=True)
    next = fields.Integer(required=True, allow_none=True)


class CaseQuery(Schema):
    programme = Text(validate=Regexp("^[a-z_]{1,32}$"))
    state = Text(validate=OneOf(STATES))
    office = Text(validate=Regexp("^[0-9A-Za-z-]{1,20}$"), metadata={"description": "an office's code"})
    uscc = Text(validate=Regexp("^[0-9A-Z]{18}$"))
    submitted_from = Day()
    submitted_to = Day()
    after = Number(validate=Range(0, LARGEST), load_default=0)
    limit = Number(validate=Range(1, 200), load_default=50)


class CaseApi(Api):
    @expose("/cases", methods=["GET"])
    @needs(CASE_READ)
    def cases(self):
        parameters = asking.query(CaseQuery())
        size = parameters["limit"]
        claims = db.session.scalars(
            _page(parameters).limit(size + 1), execution_options=PLANNED_EACH_TIME
        ).all()
        rows = claims[:size]
        _note(len(rows), {name: str(parameters[name]) for name in parameters if name in LOGGED})
        return {"result": Case(many=True).dump(rows), "next": rows[-1].id if len(claims) > size else None}

    @expose("/cases/<int:pk>", methods=["GET"])
    @needs(CASE_READ)
    def case(self, pk: int):
        asking.query(Schema.from_dict({})())
        case = Case().dump(db.session.scalar(_cases().where(Claim.id == pk)) or abort(404))
        _note(1, {}, claim_id=pk)
        return case

    def add_api_spec(self, api_spec: APISpec) -> None:
        listing = self.operation(
            "Cases by id, oldest first",
            Cases,
            operationId="list_cases",
            parameters=[{"in": "query", "schema": CaseQuery}],
        )
        number = {"type": "integer", "format": "int64", "minimum": 0, "maximum": LARGEST}
        one = self.operation(
            "One case",
            Case,
            errors=(404,),
            operationId="get_case",
            parameters=[{"in": "path", "name": "pk", "required": True, "schema": number}],
        )
        api_spec.path(path=f"{self.route_base}/cases", operations={"get": listing})
        api_spec.path(path=f"{self.route_base}/cases/{{pk}}", operations={"get": one})


def _note(rows: int, parameters: dict[str, str], **facts: object) -> None:
    """Record one audit entry a call: how many cases went out, and by which filters."""
    record(db.session, g.actor, "api_read", after={"rows": rows, "asked": parameters}, **facts)
    db.session.commit()


def _cases() -> Select:
    return select(Claim).options(*(selectinload(relation) for relation in LOADED))


def _page(parameters: dict) -> Select:
    query = _cases().where(Claim.id > parameters["after"]).order_by(Claim.id)
    for name in ("programme", "state"):
        if name in parameters:
            query = query.where(getattr(Claim, name) == parameters[name])
    if "office" in parameters:
        query = query.where(Claim.office.has(Office.code == parameters["office"]))
    if "uscc" in parameters:
        query = query.where(Claim.employer.has(uscc=parameters["uscc"]))
    if "submitted_from" in parameters:
        query = query.where(Claim.submitted_on >= parameters["submitted_from"])
    if "submitted_to" in parameters:
        query = query.where(Claim.submitted_on <= parameters["submitted_to"])
    return query
