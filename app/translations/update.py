"""`python -m app.translations.update`: brings the English catalogue up to date with the code; new entries are empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import yaml
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

from app.help import parsed

APP = Path(__file__).resolve().parent.parent
ENGLISH = APP / "translations" / "en" / "LC_MESSAGES" / "messages.po"
FIRST = datetime(2026, 11, 23, tzinfo=UTC)
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("programmes/**/policy.yaml", "app.translations.update:policy_texts"),
    ("help/manual.yaml", "app.translations.update:manual_texts"),
]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "NC_": ((1, "c"), 2), "Column": (2,)}
"""`Column`: the titles of a sheet's columns stand as they are, for the sheet itself is Chinese."""


def policy_texts(file: BinaryIO, *_: object, **__: object) -> Iterator[tuple]:
    """Extract the titles and documents of a programme's `policy.yaml`, as Babel's extraction method."""
    for parameter in yaml.safe_load(file).values():
        for key in ("title", "document"):
            yield 1, None, parameter[key], []


def manual_texts(file: BinaryIO, *_: object, **__: object) -> Iterator[tuple]:
    """Extract the titles, readers and steps of the operating manual, as Babel's extraction method."""
    for chapter in parsed(file.read().decode()):
        for text in (chapter.title, chapter.serves, *(step.text for step in chapter.steps)):
            if text:
                yield 1, None, text, []


def extracted() -> Catalog:
    """Return every msgid that stands in the code, the templates and the policies."""
    catalog = Catalog()
    messages = [
        (message, context) for _, _, message, _, context in extract_from_dir(APP, METHODS, keywords=KEYWORDS)
    ]
    messages += [
        (message, context)
        for _, message, _, context in extract_from_file("python", APP.parent / "config.py", KEYWORDS)
    ]
    for message, context in messages:
        written = "".join(message)  # of both forms, where there is a plural
        if not written.isascii() or " " in written:
            catalog.add(message, context=context)
    return catalog


def english() -> Catalog:
    """Return the English catalogue as it is kept."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def write(catalog: Catalog) -> None:
    """Write a catalogue sorted, without places and dates: a difference shows the changed sentences and nothing else."""
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = FIRST
    with ENGLISH.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True, sort_output=True)


def main() -> None:
    catalog = english()
    catalog.update(extracted(), no_fuzzy_matching=True)
    write(catalog)
    untranslated = [message.id for message in catalog if message.id and not message.string]
    print(*untranslated, f"{len(untranslated)} untranslated", sep="\n")


if __name__ == "__main__":
    main()
