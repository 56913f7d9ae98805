"""用人单位社保补贴 is a YAML file: person-months of recognised hardship, 36 at most, two reviews, publicity, payment."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.desk.database import DEMO

ROOT = Path(__file__).parents[2]


def test_person_months_from_the_sheet_to_the_money(cluster, demo_files, keys, tmp_path):
    cluster.fresh(DEMO)
    sheets = tmp_path / "sheets"
    shutil.copytree(demo_files, sheets)
    urls = {"SQLALCHEMY_DATABASE_URI": cluster.urls.runtime, "DATABASE_OWNER_URL": cluster.urls.owner}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.social_insurance_walk"],
        input=json.dumps({"settings": {"SECRET_KEY": "test", **urls, **keys}, "sheets": str(sheets)}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert walked.returncode == 0, "\n".join(line[:400] for line in walked.stderr.splitlines()[-40:])
    saw = json.loads(walked.stdout.splitlines()[-1])
    assert saw["failed"] == ["[L-01]", "[SI-01]", "[SI-02]"]
    assert saw["too_long"] and saw["again"] and saw["named"]
    assert saw["listed"] == [True, 2] and saw["kept"] == [True, True, 1]
    assert saw["rules"] == ["L-01", "享受期限", "初次核定时距法定退休年龄不足"]
    assert saw["way"] == ["申请", "退回后再提交", "审核", "复审", "公示", "发放"]
    moves = ("submitted", "approved", "confirmed", "publicizing", "publicized", "paid_list", "paid")
    assert {move: saw[move] for move in moves} == dict.fromkeys(moves, 37)
    assert saw["notice"] == [True, True, 2]
    assert saw["claims"] == [["disbursed", 37, 2, 37, "34946.50"]]
