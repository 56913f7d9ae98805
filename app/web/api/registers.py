"""Registers in bulk: a JSON array of rows goes the way of `flask registers load`, within the key's own regions."""

from __future__ import annotations

from apispec import APISpec
from flask import g
from flask_appbuilder.api import expose
from marshmallow import Schema, fields
from marshmallow.validate import Length, Regexp

from app.engine.access.api_keys import REGISTER_LOAD
from app.engine.intake.register_loads import load_and_record
from app.extensions import db
from app.registers.definitions import library
from app.registers.definitions.definition import YES_NO
from app.registers.loads.defined import DefinedRegister, find_register, register_of
from app.registers.loads.kinds import REGISTERS, Register
from app.registers.loads.loading import Declared, LoadReport, RefusedLine, load_rows
from app.web.api import asking
from app.web.api.access import needs
from app.web.api.document import Api
from app.web.api.fields import Day, Flag, Text
from app.web.wording.formats import translate

MOST_ROWS = 5000
LONGEST_CELL = 400
MAY_BE_EMPTY = {"phone", "unit_no", "cancelled_on", "returned_on", "destination"}


class CoverageQuery(Schema):
    """What the sender says that the rows cover (`deploy/operations.md`); all three, or none: then they cover what they speak of."""

    regions = Text(validate=Regexp("^[0-9]{6}(,[0-9]{6}){0,300}$"), metadata={"description": "510104,510105"})
    first = Day()
    last = Day()


class RefusedRow(Schema):
    row = fields.Integer(required=True, metadata={"description": "counted from 1"})
    column = fields.String(required=True)
    reason = fields.String(required=True)


class CoveredRegion(Schema):
    region = fields.String(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)


class LoadAnswer(Schema):
    """What became of the rows; refused ones don't stop the others."""

    load_id = fields.Integer(required=True)
    kind = fields.String(required=True)
    read = fields.Integer(required=True)
    stored = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedRow), required=True)
    coverage = fields.List(fields.Nested(CoveredRegion), required=True)


def _cell(register: Register, column: str) -> fields.Field:
    if column == "paid" or _own(register, column, "type") == YES_NO:
        return Flag(required=True)
    if column in MAY_BE_EMPTY or _own(register, column, "required") is False:
        return Text(allow_none=True, load_default=None, validate=Length(max=LONGEST_CELL))
    return Text(required=True, validate=Length(max=LONGEST_CELL))


def _row_schema(register: Register) -> type[Schema]:
    columns = {column: _cell(register, column) for column in register.columns}
    return Schema.from_dict(columns, name=f"{register.kind.capitalize()}Row")


def _own(register: Register, column: str, fact: str) -> object:
    """Return what a definition says of a column; None for one of the five registers, or for whom a row is about."""
    own = register.definition.by_code.get(column) if isinstance(register, DefinedRegister) else None
    return getattr(own, fact, None)


class RegisterApi(Api):
    @expose("/registers/<kind>", methods=["POST"])
    @needs(REGISTER_LOAD)
    def load(self, kind: str):
        """Store the good rows and tells the others; sent twice is stored once."""
        register = find_register(db.session, kind)
        declared = _declared(asking.query(CoverageQuery()))
        rows = asking.rows(_row_schema(register)(), MOST_ROWS)
        refused: list[RefusedLine] = []
        report = load_and_record(
            db.session,
            kind,
            ((number, _cells(row, register)) for number, row in enumerate(rows, 1)),
            g.vault,
            g.today,
            by=g.actor,
            take=load_rows,
            source=g.actor.name,
            regions=g.actor.scope.region_codes,
            declared=declared,
            refuse=refused.append,
        )
        db.session.commit()
        return _answer(report, refused)

    def add_api_spec(self, api_spec: APISpec) -> None:
        """Describe one operation a kind, with its own columns; of defined registers, those that are shipped."""
        defined = (register_of(definition) for definition in library.shipped())
        for register in (*REGISTERS.values(), *defined):
            kind, schema = register.kind, _row_schema(register)
            body = {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": schema}
            operation = self.operation(
                f"Upsert up to {MOST_ROWS} rows of the register {kind}",
                LoadAnswer,
                errors=(409, 413, 415),
                operationId=f"load_{kind}",
                parameters=[{"in": "query", "schema": CoverageQuery}],
                requestBody={"required": True, "content": {"application/json": {"schema": body}}},
            )
            api_spec.path(path=f"{self.route_base}/registers/{kind}", operations={"post": operation})


def _cells(row: dict, register: Register) -> list[str]:
    """Return a row's cells as a file would write them."""
    cells = (row[column] for column in register.columns)
    return ["" if cell is None else str(int(cell)) if isinstance(cell, bool) else cell for cell in cells]


def _declared(given: dict) -> Declared | None:
    if not given:
        return None
    codes = given.get("regions", "").split(",") if "regions" in given else ()
    return Declared(tuple(dict.fromkeys(codes)), given.get("first"), given.get("last"))


def _answer(report: LoadReport, refused: list[RefusedLine]) -> dict:
    return {
        "load_id": report.load_id,
        "kind": report.kind,
        "read": report.read,
        "stored": report.stored,
        "unchanged": report.unchanged,
        "refused": [
            {"row": one.line, "column": one.column, "reason": translate(one.reason)} for one in refused
        ],
        "coverage": [
            {"region": code, "first": first.isoformat(), "last": last.isoformat()}
            for code, (first, last) in sorted(report.coverage.items())
        ],
    }
