"""A table's form is made of its columns: kind, length, what must be filled in, in the order that is asked for."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, DecimalField, IntegerField, StringField, TextAreaField

from app.engine.casework.objections import Objection
from app.programmes.training.model import Enrolment, Project
from app.registers.models import Transfer
from app.web.crud.table_forms import table_form


@pytest.fixture(autouse=True)
def spoken(application):
    with application.test_request_context():
        yield


@pytest.mark.parametrize(
    "model, column, kind, required",
    [
        (Project, "code", StringField, True),
        (Project, "hours", IntegerField, True),
        (Project, "active", BooleanField, False),
        (Objection, "content", TextAreaField, True),
        (Enrolment, "theory_score", DecimalField, False),
        (Transfer, "returned_on", DateField, False),
    ],
)
def test_a_column_says_what_its_field_is(model, column, kind, required):
    field = table_form(model, {column: "栏目"}, [column])()[column]
    assert (type(field), bool(field.flags.required), field.label.text) == (kind, required, "栏目")


def test_fields_stand_as_asked_for_with_those_that_no_column_says_between_them():
    labels = dict.fromkeys(("code", "name", "level"), "栏目")
    form = table_form(Project, labels, ("level", "sum", "code"), extra={"sum": IntegerField("合计")})()
    assert [field.name for field in form] == ["level", "sum", "code"]


@pytest.mark.parametrize("typed", ["", "  ", "x" * 21])
def test_what_a_column_cannot_hold_is_refused_at_its_field(typed):
    form = table_form(Project, {"code": "项目编号"}, ["code"])(MultiDict({"code": typed}))
    assert not form.validate()
    assert list(form.errors) == ["code"]
    if not typed.strip():
        assert form.errors["code"] == ["请填写项目编号。"]


def test_blanks_in_a_text_that_may_be_missing_are_nothing():
    form = table_form(Transfer, {"destination": "外出地"}, ["destination"])(MultiDict({"destination": " "}))
    assert form.validate()
    assert form.destination.data is None
