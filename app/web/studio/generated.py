"""The screens of a definition, made of the same classes for each: up to ten views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.own_fields import COLUMN
from app.engine.programme import Programme
from app.engine.sheets import Kind
from app.kernel.messages import N_
from app.web.cases import subsidy
from app.web.cases.applications import ApplicationView
from app.web.cases.opening import EachForm, PayeeForm, PlacedForm
from app.web.stages.bulk import BulkView
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView
from app.web.wording.translations import gettext, speaking

OPTIONAL = ("category", "contract_start", "contract_end")
"""Columns that lists have where the programme has such a field."""
BEFORE = "amount"
"""A programme's own columns stand before this one."""

PAYEES = {
    "opening_form": PayeeForm,
    "opening_template": "payee_new.html",
    "list_columns": ["number", "payee_kind", "payee.name", "office.name", "created_on"],
    "search_columns": ["number", "payee_kind", "employer", "payee_person", "office", "created_on"],
}
"""Of the list of applications, where others than units may apply."""


@dataclass(frozen=True)
class Screen:
    """One of the views: the last part of its class' name, its base, what its rows are, its address and its title."""

    name: str
    base: type[BulkView]
    model: type[Model]
    address: str
    title: str


SCREENS = (
    Screen("Application", ApplicationView, Application, "applications", N_("{programme}申请")),
    Screen("Query", subsidy.QueryView, Claim, "query", N_("{programme}查询")),
    Screen("Review", subsidy.ReviewView, Claim, "review", N_("{programme}审核")),
    Screen("SecondReview", subsidy.SecondReviewView, Claim, "second_review", N_("{programme}复审")),
    Screen("Publicity", subsidy.PublicityView, Claim, "publicity", N_("{programme}公示与公示结果")),
    Screen("Outcome", subsidy.OutcomeView, Claim, "outcome", N_("{programme}公示期满")),
    Screen("Notices", NoticesView, Notice, "notices", N_("{programme}公示名册")),
    Screen("Disbursement", subsidy.DisbursementView, Claim, "disbursement", N_("{programme}发放")),
    Screen("PaymentLists", PaymentListsView, PaymentList, "payment_lists", N_("{programme}发放清单")),
    Screen("PostCheck", subsidy.PostCheckView, Claim, "post_check", N_("{programme}付后核查")),
)


def views_of(programme: Programme) -> Iterator[type[BulkView]]:
    """Yield the view classes of a programme; their names, which permissions go by, follow from its address."""
    stem = "".join(part.capitalize() for part in programme.address.split("_"))
    for screen in SCREENS:
        yield type(f"{stem}{screen.name}View", (screen.base,), _parts(programme, screen))


def english_titles(programme: Programme) -> dict[str, str]:
    """Return the English of the screens' titles by their Chinese."""
    with speaking("en"):
        short = gettext(programme.short)
        return {
            title_of(programme, screen): gettext(screen.title).format(programme=short) for screen in SCREENS
        }


def title_of(programme: Programme, screen: Screen) -> str:
    return screen.title.format(programme=programme.title)


def _parts(programme: Programme, screen: Screen) -> dict[str, Any]:
    """Return what a screen has beside its base."""
    shared = {
        "programme": programme,
        "menu": programme.menu,
        "datamodel": SQLAInterface(screen.model),
        "route_base": f"/{programme.address}/{screen.address}",
        "menu_title": title_of(programme, screen),
        "include_route_methods": screen.base.include_route_methods | _routes(programme, screen),
        "__module__": __name__,
    }
    if screen.model is Application:
        return {**shared, "begins": programme.title, **_opening(programme)}
    return {**shared, **_columns(programme, screen.base)} if screen.model is Claim else shared


def _routes(programme: Programme, screen: Screen) -> set[str]:
    """Return the routes that a screen has beside its base's: for fields of the application, and for each person's own account."""
    if screen.model is Application and programme.form:
        return {"edit"}
    return {"account"} if screen.base is subsidy.QueryView and programme.pays_each else set()


def _opening(programme: Programme) -> Mapping[str, Any]:
    """Return the form with which applications begin, where others than one unit may apply."""
    if programme.pays_each:
        form = PlacedForm if programme.placed else EachForm
        return {"opening_form": form, "opening_template": "application_new.html"}
    return {} if programme.payees == ("unit",) else PAYEES


def _columns(programme: Programme, base: type[BulkView]) -> dict[str, Any]:
    """Return the columns of a list of claims, and what they are called."""
    own = {f"{COLUMN}.{code}": programme.columns[code] for code in programme.own}
    chosen = (*own.items(), ("category", programme.columns.get("category")))
    return {
        "list_columns": _with(_kept(programme, base.list_columns), _own(programme.listed)),
        "search_columns": [*_kept(programme, base.search_columns), *_own(programme.searched)],
        "order_columns": list(_kept(programme, base.order_columns)),
        "label_columns": {**base.label_columns, **{name: column.title for name, column in own.items()}},
        "own_columns": own,
        "choices": {name: dict(one.choices) for name, one in chosen if one and one.kind is Kind.CHOICE},
    }


def _own(codes: Iterable[str]) -> list[str]:
    return [f"{COLUMN}.{code}" for code in codes]


def _kept(programme: Programme, columns: Iterable[str]) -> Iterator[str]:
    return (column for column in columns if column not in OPTIONAL or column in programme.columns)


def _with(columns: Iterable[str], own: Iterable[str]) -> list[str]:
    listed = list(columns)
    at = listed.index(BEFORE)
    return [*listed[:at], *own, *listed[at:]]
