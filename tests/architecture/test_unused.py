"""What nothing uses goes: names of modules, templates, macros, classes of style sheets, what scripts export."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
TEMPLATES = sorted(APP.rglob("*.html"))
OUTSIDE = [ROOT / "run.py", ROOT / "config.py", *(ROOT / "migrations").rglob("*.py")]
SCRIPTS = sorted((APP / "static").rglob("*.js"))
STYLES = sorted((APP / "static").rglob("*.css"))
DRAWN = [*TEMPLATES, *SCRIPTS, *MODULES]
COMPOSED = ("state--", "tag--", "banner--")
"""Beginnings of classes that a template puts together with a state or a kind."""
NAMED_FROM_OUTSIDE = {
    "CollectingWorker": "gunicorn's settings name it",
    "NOT_LOGGED_IN": "marks a sentence of Flask-AppBuilder's for the catalogue",
    "Refolding": "a table that only its statements name",
    "create_app": "the command line and the servers call it",
    "manual_texts": "Babel's extraction names it",
    "policy_texts": "Babel's extraction names it",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _texts(paths: list) -> dict:
    return {path: path.read_text(encoding="utf-8") for path in paths}


def _defined(tree: ast.Module) -> Iterator[str]:
    """Names that a module gives to its own things; what is decorated is somebody's who calls it."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=own, decorator_list=[]) | ast.ClassDef(name=own, decorator_list=[]):
                yield own
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=own)):
                yield own


def _used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=used, ctx=ast.Load()) | ast.Attribute(attr=used):
                yield used
            case ast.ImportFrom(names=aliases):
                yield from (alias.name for alias in aliases)


def test_every_name_of_a_module_is_used():
    """By the product; a name that only tests know is no part of it."""
    trees = {path: ast.parse(text) for path, text in _texts([*MODULES, *OUTSIDE]).items()}
    used = {used for tree in trees.values() for used in _used(tree)}
    defined = [(name(path), own) for path in MODULES for own in _defined(trees[path])]
    unused = {own: path for path, own in defined if own not in used and own != "__all__"}
    assert unused.keys() - NAMED_FROM_OUTSIDE.keys() == set()
    assert NAMED_FROM_OUTSIDE.keys() - unused.keys() == set(), "no longer there, or used"


def test_every_template_is_drawn():
    texts = _texts([*TEMPLATES, *MODULES])
    names = {path: path.as_posix().partition("/templates/")[2] for path in TEMPLATES}
    whole = "\n".join(texts.values())
    assert not [name(path) for path, own in names.items() if f'"{own}"' not in whole]


def test_every_macro_is_called():
    texts = _texts(TEMPLATES)
    whole = "\n".join(texts.values())
    macros = [(path, own) for path, text in texts.items() for own in re.findall(r"{%-? macro (\w+)", text)]
    assert macros
    assert not [
        (name(path), own)
        for path, own in macros
        if not re.search(rf"(?<!macro )\b{own}\(|call {own}\b", whole)
    ]


def test_what_a_template_imports_it_uses():
    unused = []
    for path, text in _texts(TEMPLATES).items():
        for names in re.findall(r"{%-? from \"[^\"]+\" import (.*?)(?: with context)? -?%}", text, re.DOTALL):
            unused += [
                (name(path), one)
                for one in re.findall(r"\w+", names)
                if len(re.findall(rf"\b{one}\b", text)) < 2
            ]
    assert unused == []


def test_every_class_of_a_style_sheet_is_given():
    words = {word for text in _texts(DRAWN).values() for word in re.findall(r"[A-Za-z][\w-]*", text)}
    unused = []
    for path, text in _texts(STYLES).items():
        rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", text, flags=re.DOTALL)
        classes = sorted(set(re.findall(r"\.([A-Za-z][\w-]*)", rules)) - words)
        unused += [(name(path), one) for one in classes if not one.startswith(COMPOSED)]
    assert unused == []


def test_what_a_script_exports_another_imports():
    texts = _texts(SCRIPTS)
    exported = [
        (path, own)
        for path, text in texts.items()
        for own in re.findall(r"^export (?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE)
    ]
    assert exported
    others = {path: "\n".join(text for other, text in texts.items() if other != path) for path in texts}
    assert not [(name(path), own) for path, own in exported if not re.search(rf"\b{own}\b", others[path])]
