"""A made-up definition, and parts of it changed, for whatever tests definitions."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import yaml

from app.programmes import installed

FOLDER = Path(__file__).parents[1] / "programmes"
WRITTEN = (FOLDER / "skills_bonus" / "definition.yaml").read_text(encoding="utf-8")
DATA = {name: part for name, part in yaml.safe_load(WRITTEN).items() if name not in installed.VERSION}


def changed(change: Callable[[dict], object]) -> dict:
    data = deepcopy(DATA)
    change(data)
    return data


def put(place: str, value: object) -> Callable[[dict], object]:
    """Set a part of a document, named as faults name it; None takes it out."""

    def change(data: dict) -> None:
        *way, last = place.replace("[", ".[").split(".")
        for name in way:
            data = data[int(name[1:-1]) - 1] if name.startswith("[") else data[name]
        key = int(last[1:-1]) - 1 if last.startswith("[") else last
        if value is None:
            del data[key]
        else:
            data[key] = value

    return change
