"""`python -m tests.bench.journeys`: the files of `app/` that one passes by from a request to the statement that it is for.

What counts are the files that one must read to understand the deed: those in which a function is entered between Flask's
call of the view and the statement. Apart, in parentheses, stand what every request enters before its view (`FIRST`) and
helpers that needn't be opened (`HELPERS`). A return goes back, by a call, to a file passed before. Calls, not reading, are measured:
a rule's, a hook's or a transition's declaration that is only data isn't seen, nor is what another process does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.engine.access.roles import AUDITOR, CLERK, REVIEWER
from tests.bench.approve import submitted
from tests.bench.check import workbook
from tests.bench.county import County
from tests.bench.server import everything, product
from tests.desk.clerks import HiringDesk

APP = str(Path(__file__).parents[2] / "app") + "/"
HELPERS = (
    "kernel/",
    "translations.py",
    "clock.py",
    "free_text.py",
    "statements.py",
    "addresses.py",
    "titles.py",
)
FIRST = "dispatch_request"
"""Flask's own function that calls the view: what is entered before it, every request enters."""


def passed(do: Callable[[], object], statement: str) -> tuple[set[str], list[str]]:
    """The files entered before the view, and the file of each call from the view to the first `statement`."""
    site: set[str] = set()
    calls: list[str] = []
    stages = ["site"]

    def enter(frame: FrameType, kind: str, _: object) -> None:
        code = frame.f_code
        if kind != "call":
            return
        if code.co_name == FIRST and code.co_filename.endswith("flask/app.py"):
            stages.append("view")
        if code.co_filename.startswith(APP) and stages[-1] != "reached":
            name = code.co_filename.removeprefix(APP)
            calls.append(name) if stages[-1] == "view" else site.add(name)

    def execute(_c: object, _u: object, sql: str, *_: object) -> None:
        if sql.lstrip().startswith(statement):
            stages.append("reached")

    event.listen(Engine, "before_cursor_execute", execute)
    sys.setprofile(enter)
    try:
        do()
    finally:
        sys.setprofile(None)
        event.remove(Engine, "before_cursor_execute", execute)
    if stages[-1] != "reached":
        raise SystemExit(f"no {statement}")
    return site, calls


def report(title: str, site: set[str], calls: list[str]) -> None:
    files = list(dict.fromkeys(calls))
    apart = {
        name for name in files if name in site or name.startswith(HELPERS[0]) or name.endswith(HELPERS[1:])
    }
    story = [name for name in calls if name not in apart]
    steps = sum(a != b for a, b in zip(story, [*story[1:], ""], strict=True))
    count = len(files) - len(apart)
    print(
        f"{title}: {count} files, {steps - count} returns;"
        f" all that is entered: {len(site | set(files))} files, of them {len(site)} before the view, {len(calls)} calls after it"
    )
    print("   ", ", ".join(f"({name})" if name in apart else name for name in files))


def main() -> None:
    with product() as (app, _), tempfile.TemporaryDirectory() as folder:
        with everything(app) as session:
            county = County.founded(session, app.extensions["vault"], 100)
            county.staff("reviewer", REVIEWER)
            county.staff("auditor", AUDITOR)
            application = next(submitted(county, 10))
            opened = county.open(county.staff("checker", CLERK))
        reviewer, auditor, checker = (HiringDesk(app, name) for name in ("reviewer", "auditor", "checker"))
        sheet = Path(folder, "people.xlsx")
        sheet.write_bytes(workbook(county, 5))
        report("a sheet", *passed(lambda: checker.check(str(opened), sheet), "INSERT INTO claims"))
        form = {
            "action": "approve",
            "query": f"application_id={application}",
            "all": "0",
            "rowid": [str(application)],
        }
        post = "/hiring/applications/action_post"
        report(
            "the choice of a bulk approval",
            *passed(lambda: reviewer.post(post, form), "INSERT INTO batch_rows"),
        )
        run = f"{reviewer.post(post, form)}/run"
        report("a bulk approval", *passed(lambda: reviewer.post(run), "UPDATE claims AS c"))
        report("a list", *passed(lambda: auditor.get("/hiring/query/list/"), "SELECT claims"))


if __name__ == "__main__":
    main()
