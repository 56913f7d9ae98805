"""A new subsidy is one folder and one line: a made-up one walks from its sheet to the money."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.database import DEMO

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture
def saw(cluster, demo_files, keys, tmp_path) -> dict:
    """What the walk through the made-up programme saw, in a process and a database of its own."""
    cluster.fresh(DEMO)
    shutil.copytree(HERE / "skills_bonus", tmp_path / "packages" / "skills_bonus")
    shutil.copytree(demo_files, tmp_path / "sheets")
    settings = {
        "SECRET_KEY": "test",
        "SQLALCHEMY_DATABASE_URI": cluster.urls.runtime,
        "DATABASE_OWNER_URL": cluster.urls.owner,
        **keys,
    }
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.toy_walk"],
        input=json.dumps({"settings": settings, "sheets": str(tmp_path / "sheets")}),
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path / "packages"), str(ROOT)))},
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
