"""The programmes that this installation runs; a new subsidy is registered here and nowhere else."""

from __future__ import annotations

from importlib import import_module

from app.engine.programme import Programme

INSTALLED = ["app.programmes.hiring_subsidy", "app.programmes.service_subsidy", "app.programmes.training"]


def programmes() -> list[Programme]:
    """Each package's one `PROGRAMME`, in menu order."""
    return [import_module(name).PROGRAMME for name in INSTALLED]


def programme_of(code: str) -> Programme:
    """The programme of a stored code; raises StopIteration for one that is no longer installed."""
    return next(p for p in programmes() if p.code == code)


def programme_views() -> list[type]:
    """The view classes of every programme, as its `views.py` lists them."""
    return [view for name in INSTALLED for view in import_module(f"{name}.views").VIEWS]
