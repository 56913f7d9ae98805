"""A new subsidy is one folder and one line: a made-up one walks from its sheet to the money."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.database import DEMO

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def saw(cluster, demo_files, keys, tmp_path_factory) -> dict:
    """What the walk through the made-up programme saw, in a process and a database of its own."""
    cluster.fresh(DEMO)
    sheets = tmp_path_factory.mktemp("toy") / "sheets"
    shutil.copytree(demo_files, sheets)
    settings = {
        "SECRET_KEY": "test",
        "SQLALCHEMY_DATABASE_URI": cluster.urls.runtime,
        "DATABASE_OWNER_URL": cluster.urls.owner,
        **keys,
    }
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.toy_walk"],
        input=json.dumps({"settings": settings, "sheets": str(sheets)}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert walked.returncode == 0, walked.stderr[-6000:]
    return json.loads(walked.stdout.splitlines()[-1])


def test_one_folder_and_one_line_make_a_programme(saw):
    assert saw["menu"] == ["申请"]
    assert saw["closed"] == [403, 403]
    assert saw["failed"] == ["少于40课时", "[F-01]", "[SK-01]"]
    assert saw["searched"] == [2, 0]
    moves = ("submitted", "approved", "publicizing", "publicized", "listed", "disbursed")
    assert {move: saw[move] for move in moves} == dict.fromkeys(moves, 3)
    assert saw["claims"] == [
        ["senior", 40, "2000.00", "disbursed"],
        ["senior", 80, "2000.00", "disbursed"],
        ["senior", 80, "2000.00", "disbursed"],
    ]
    assert saw["events"] == {
        "submit": 4,
        "return": 1,
        "edit": 1,
        **dict.fromkeys(("approve", "publicize", "pass_publicity", "list", "disburse"), 3),
    }


def test_what_nobody_wrote_down_of_it_has_the_generic_entry(saw):
    """And of a screen more; whatever walks these tables walks over both."""
    tables = saw["tables"]
    assert tables["addresses"] > 30 and tables["differing"] == []
    assert tables["screen"] == {"GET /skill_notes/": ["auditor", "reviewer"]}
    duties = {"review": {"reviewer"}, "publicity": {"reviewer"}, "disbursement": {"cashier"}}
    for stage, roles in duties.items():
        moves = {role for move, role in tables["moves"].items() if f"/{stage}/" in move}
        assert moves == roles, stage
    assert tables["chapters"] == ["SkillNotesView", "skills_bonus"]
    assert tables["matrix"] == ["技能培训奖补审核", "技能培训奖补发放清单", "技能札记"]
    assert tables["cases"] == dict.fromkeys(
        ("draft", "submitted", "approved", "publicizing", "publicized"), 1
    )
    assert tables["corrected"] == [302, 422, 422, 422, 422]


@pytest.mark.soak
def test_no_other_test_fails_with_a_programme_and_a_screen_more():
    """Those that walk every address, every function and every role, and the office that was upgraded."""
    walks = [
        *("tests/security/test_permissions.py", "tests/security/test_routes.py", "tests/upgrade"),
        *(f"tests/web/test_{name}.py" for name in ("figures", "help", "lists", "menu", "roles", "shortcuts")),
    ]
    command = [sys.executable, "-m", "pytest", "-p", "tests.programmes.one_more", "-q", *walks]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-6000:]
