"""The programmes that this installation runs; a new subsidy is registered here and nowhere else."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from app.engine.programme import Programme
from app.engine.sheets import Sheet

INSTALLED = ["app.programmes.hiring_subsidy", "app.programmes.service_subsidy", "app.programmes.training"]


def programmes() -> list[Programme]:
    """Return each package's one `PROGRAMME`, in menu order."""
    return list(_by_code().values())


def programme_of(code: str) -> Programme:
    """Return the programme of a stored code; raises KeyError for one that is no longer installed."""
    return _by_code()[code]


def programme_or_none(code: str | None) -> Programme | None:
    """Return the programme of what may belong to none."""
    return _by_code().get(code or "")


@cache
def every_sheet() -> tuple[Sheet, ...]:
    """Return the sheets of all programmes, any of which people may choose by mistake."""
    return tuple(sheet for one in programmes() for sheet in (one.sheet, *one.further_sheets))


@cache
def _by_code() -> dict[str, Programme]:
    installed = [import_module(name).PROGRAMME for name in INSTALLED]
    return {programme.code: programme for programme in installed}


def programme_views() -> list[type]:
    """Return the view classes of every programme, as its `views.py` lists them."""
    return [view for name in INSTALLED for view in import_module(f"{name}.views").VIEWS]
