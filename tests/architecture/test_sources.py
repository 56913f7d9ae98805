"""What the sources promise each other, held by reading them: names, lengths, raw SQL, literal messages, plain markup."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app import __version__
from app.engine.models import METADATA

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
TEMPLATES = sorted(APP.rglob("*.html"))
CITED = r"[\w/-]+\.md\b"
NAMED = r"property|setter|hybrid|validates|command|group"
NO_VERBS = {
    "The",
    "A",
    "An",
    "What",
    "Whether",
    "One",
    "How",
    "Every",
    "Who",
    "Those",
    "Where",
    "As",
    "For",
    "All",
    "By",
    "Of",
}
NO_VERBS |= {
    "After",
    "From",
    "Why",
    "Each",
    "Another",
    "Only",
    "Without",
    "In",
    "On",
    "At",
    "When",
    "Until",
    "So",
    "That",
}
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEMPLATE_LINE = 300, 40, 120

RAW_SQL = {
    "app/engine/scope.py": "the applications and claims by which the scope itself goes",
    "app/demo/history/moments.py": "the demonstration's past: the clock that the database reads, by its owner",
    "app/demo/stamps.py": "the defaults of a demonstration's time stamps, by its owner",
    "app/server/backup.py": "counts every table, whatever it is called, and all money",
    "app/engine/keys/account_payees.py": "whom accounts pay, asked of all that uses them, by the owner",
    "app/studio/examples.py": "fills the rules' table with one made-up row",
    "app/engine/casework/batch.py": "keeps and sums a selection in one statement",
    "app/engine/casework/selection.py": "what a subject says of rows that are as they were; of the session's scope else",
    "app/engine/cases/claims.py": "a partial index",
    "app/engine/workflow/dissolution.py": "the lists of a batch, locked and dissolved in one statement",
    "app/engine/workflow/effects.py": "what a move writes beside its rows",
    "app/engine/cases/failed_rows.py": "failed rows of a check that people.py has begun",
    "app/engine/casework/own_employers.py": "units that the rows of a check name, of any region",
    "app/engine/cases/claim_accounts.py": "accounts of the drafts that a check has made, with COPY",
    "app/engine/casework/firing.py": "guards and one compare-and-set over a batch",
    "app/engine/longwork/jobs.py": "a job deferred in the caller's transaction",
    "app/engine/intake/check.py": "the check of a sheet in a fixed number of statements",
    "app/engine/rules/births.py": "births of a batch's people, of any region, into its temporary table",
    "app/engine/rules/running.py": "all rules of a batch in one statement",
    "app/engine/longwork/works.py": "a work's lock and its partial index",
    "app/engine/casework/claim_moves.py": "fills the rules' table; places taken with ON CONFLICT",
    "app/programmes/training/completion.py": "many results in one statement",
    "app/programmes/training/model.py": "partial indexes and an exclusion",
    "app/registers/loads/identities.py": "persons of a load",
    "app/registers/definitions/lookups.py": "what rules ask of defined registers, across offices as rules do",
    "app/registers/refolding.py": "names of every person, folded in batches by the database",
    "app/registers/loads/territory.py": "in which region registers hold persons and employers, of any region",
    "app/registers/loads/loading.py": "COPY and merge of a load",
    "app/web/commands/prepare.py": "grants of the runtime login",
    "app/server/replica.py": "asks a replica how far it is",
    "app/web/site/metrics.py": "counts what waits, of nobody in particular",
}
"""Where SQL is written out: beyond the session's scope, so each is read with that in mind."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [(name(path), ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]


def test_raw_sql_stands_where_it_is_known():
    used = set()
    for module, tree in trees():
        for node in ast.walk(tree):
            imported = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
            if imported and any(alias.name in ("text", "table", "Table") for alias in node.names):
                used.add(module)
            if isinstance(node, ast.Attribute) and node.attr in ("__table__", "exec_driver_sql", "cursor"):
                used.add(module)
    assert used - set(RAW_SQL) == set(), "say here why it needs SQL beyond the session's scope"
    assert set(RAW_SQL) - used == set(), "no longer needed"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_a_function_is_short():
    long = {
        f"{module}:{node.name}": _lines(node)
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _lines(node) > LONGEST_FUNCTION
    }
    assert long == {}


def _lines(function: ast.FunctionDef) -> int:
    """Lines of the body; a text of many lines, which is a rule's SQL, counts as one."""
    texts = (n for n in ast.walk(function) if isinstance(n, (ast.Constant, ast.JoinedStr)))
    spans = {(n.lineno, n.end_lineno) for n in texts if n.end_lineno > n.lineno}
    return function.end_lineno - function.body[0].lineno + 1 - sum(end - start for start, end in spans)


FORMS_OF_THEIR_OWN = {
    "app/web/stages/batches.py": "a move's dialog is answered by a work, which validates the form too",
    "app/web/login/password.py": "who is not let in is answered with 401",
    "app/web/login/second_factor.py": "who is not let in is answered with 401",
}


def test_a_posted_form_goes_one_way():
    """`form_page` validates, shows what is refused and answers; a view that does so itself says why."""
    calls = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "validate"
    }
    assert calls == {"app/web/crud/posting.py", *FORMS_OF_THEIR_OWN}


def test_messages_are_literal():
    """N_() marks what the catalogue must hold; it can only be found where it is written out."""
    computed = [
        f"{module}:{node.lineno}"
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "N_"
        and not (len(node.args) == 1 and isinstance(node.args[0], ast.Constant))
    ]
    assert computed == []


def test_no_message_is_put_together_before_it_is_translated():
    """gettext() of a variable is a marked message; of an f-string, a sum or a formatted text it is nobody's."""
    glued = [
        f"{module}:{node.lineno}"
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("gettext", "ngettext")
        and node.args
        and (
            isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
            or (
                isinstance(node.args[0], ast.Call)
                and isinstance(node.args[0].func, ast.Attribute)
                and node.args[0].func.attr == "format"
            )
        )
    ]
    assert glued == []


PARTICIPLES = {"found", "held", "said", "told", "asked"}


def test_a_name_says_the_thing():
    """A participle alone doesn't say what it names: `matches`, `claim`, `message` do."""
    named = [
        f"{module}:{node.lineno} {name}"
        for module, tree in trees()
        for node in ast.walk(tree)
        for name in _names(node)
        if name in PARTICIPLES
    ]
    assert named == []


def _names(node: ast.AST) -> tuple[str | None, ...]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.arg(arg=name) | ast.Name(id=name) | ast.Attribute(attr=name):
            return (name,)
        case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
            return tuple(alias.asname or alias.name for alias in aliases)
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return (name,)
    return ()


FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|javascript:", re.I),
    "a handler in markup": re.compile(r"<[^>{]*\son[a-z]+\s*=", re.I),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "another host": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.I),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_are_plain(path, what):
    assert not FORBIDDEN[what].search(path.read_text(encoding="utf-8"))


def test_lines_of_templates_are_short():
    lines = ((path, line) for path in TEMPLATES for line in path.read_text(encoding="utf-8").splitlines())
    assert not [(name(path), line) for path, line in lines if len(line) > LONGEST_TEMPLATE_LINE]


def test_no_template_holds_what_blanks_count_in():
    counting = re.compile(r"<(?:pre|textarea|style)\b|<script\b(?![^>]* src=)")
    assert not [name(path) for path in TEMPLATES if counting.search(path.read_text(encoding="utf-8"))]


def test_static_files_ask_no_other_host():
    foreign = re.compile(r"""(?:url\(|fetch\(|import\s|@import)[^;\n]*https?://|innerHTML|\beval\(""")
    files = (APP / "static").rglob("*.[cj]s*")
    assert not [name(p) for p in files if foreign.search(p.read_text(encoding="utf-8"))]


UNSCOPED = {
    "policy_values": "rules for everybody; who sets those of which region, the screen says",
    "accounts": "reached through an application or claim only; no office of its own",
    "account_deeds": "who handled an account, asked before a confirmation; shown to anyone who sees the login",
    "duty_grants": "read at login, before there is a scope; their screen filters by the subtree",
    "batches": "its actor's own (`batch.find`)",
    "batch_rows": "of a batch",
    "checks": "reached through a claim in scope",
    "class_places": "places that no screen reads; they must be seen across offices",
    "long_works": "the own ones only: every query names the person who asked",
    "held_sheets": "the own ones only: every query names the person who handed them in",
    "role_ends": "read at login, before there is a scope; shown to anyone who sees the login",
    "searches": "the own ones only: every query names the person who kept them",
    "logins": "read before there is a scope; their screen filters by the subtree",
    "old_passwords": "hashes that no screen reads",
    "cas_accounts": "read at login, before there is a scope; who lies in no office is found by name only",
    "second_factors": "read at login, before there is a scope; their screen filters by the subtree",
    "offices": "names of offices are public; their screen filters by the subtree",
    "regions": "GB/T 2260 is public",
    "own_roles": "names of roles, read to show and to refuse; only the subtree's are changed",
    "register_coverage": "how far registers reach is shown on every check, of whatever region",
    "shortcuts": "the own ones only: every query names the person",
    "limit_turns": "whose claims are being counted, of any office; no screen reads it",
    "slots": "places that no screen reads; they must be seen across offices",
    "staff": "read at login, before there is a scope; its screen filters by the subtree",
    "student_places": "places that no screen reads; they must be seen across offices",
}
DECIDING = ("office", "region", "person", "claim_id", "actor_id", "user_id", "employer_id", "batch_id")


def test_every_table_that_belongs_to_somebody_says_whose_it_is():
    """`scope` restricts a class only if it declares `__scope__`; leaving it out must be a decision."""
    from flask_appbuilder import Model

    import app.programmes.installed  # noqa: F401

    owned = {
        table.name
        for table in METADATA.tables.values()
        if not table.name.startswith("ab_")
        and any(column.name.startswith(DECIDING) for column in table.columns)
    }
    scoped = {
        mapper.local_table.name for mapper in Model.registry.mappers if hasattr(mapper.class_, "__scope__")
    }
    assert owned - scoped - set(UNSCOPED) == set(), "declare __scope__, or say here why not"
    assert set(UNSCOPED) & scoped == set()


def test_a_scope_names_a_column_of_its_table():
    from app.engine.scope import CASE_COLUMN, scoped_models

    columns = {CASE_COLUMN, "person_id", "region_code", "insured_region"}
    for model in scoped_models():
        assert model.__scope__ in columns
        assert model.__scope__ in model.__mapper__.columns


PERMISSIONS_BY_CLASS = "views.txt"


def test_a_views_name_in_the_database_is_kept(application):
    """FAB stores permissions by the class's name: renaming a view is a migration of what people hold.

    The list is that of a release: a view that came since may still be called otherwise.
    """
    live = [v.class_permission_name for v in application.appbuilder.baseviews if v.base_permissions]
    release, *kept = (Path(__file__).parent / PERMISSIONS_BY_CLASS).read_text(encoding="utf-8").split()
    assert set(kept) - set(live) == set(), "a view was renamed: give grants a migration"
    assert len(set(live)) == len(live)
    assert release == __version__, "name this release and all its views in views.txt"


def test_below_the_web_fab_is_a_base_class_only():
    """The engine, the registers and a programme know FAB's `Model`; who works where, its `User`; who may what, its tables."""
    tables = "flask_appbuilder.security.sqla.models"
    allowed = {("flask_appbuilder", "Model"), (tables, "User")}
    used = {
        (module, node.module, alias.name)
        for module, tree in trees()
        if module.startswith(("app/kernel", "app/registers", "app/engine", "app/programmes"))
        and "views" not in module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask_appbuilder")
        for alias in node.names
        if not (module.startswith("app/engine/access/") and node.module == tables)
    }
    assert {entry for entry in used if entry[1:] not in allowed} == set()
    assert {module for module, _, name in used if name == "User"} == {"app/registers/organisation.py"}


def test_no_page_is_cited_that_the_repository_lacks():
    """Code cites a rule's code, a legal document or a page of the help."""
    pages = [
        *ROOT.glob("*.md"),
        *(page for folder in ("app", "deploy", "tests") for page in (ROOT / folder).rglob("*.md")),
    ]
    texts = [text for folder in ("app", "tests", "migrations") for text in (ROOT / folder).rglob("*.py")]
    cited = [(name(text), page) for text in texts for page in re.findall(CITED, text.read_text())]
    assert len(cited) > 3, "the decisions and operations are cited"
    known = {f"/{name(page)}" for page in pages}
    assert not [(text, page) for text, page in cited if not any(one.endswith(f"/{page}") for one in known)]


def test_a_functions_docstring_begins_with_a_verb():
    """In the imperative; what is read like an attribute may be a noun, and commands speak to who types them."""
    nodes = [(module, node) for module, tree in trees() for node in ast.walk(tree)]
    functions = [(module, node) for module, node in nodes if isinstance(node, ast.FunctionDef)]
    begin = [
        (module, node.name, (ast.get_docstring(node) or "").partition(" ")[0])
        for module, node in functions
        if not re.search(NAMED, " ".join(map(ast.unparse, node.decorator_list)))
    ]
    assert not [entry for entry in begin if entry[2] in NO_VERBS or re.search(r"[^s]s$", entry[2])]
