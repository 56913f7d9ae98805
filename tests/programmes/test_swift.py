"""A programme of other switches, on its screens from the sheet to the money: nothing of it is written down twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.desk.database import DEMO

ROOT = Path(__file__).parents[2]


def test_two_reviewers_from_a_sum_on_and_no_publicity(cluster, demo_files, keys, tmp_path):
    cluster.fresh(DEMO)
    sheets = tmp_path / "sheets"
    shutil.copytree(demo_files, sheets)
    urls = {"SQLALCHEMY_DATABASE_URI": cluster.urls.runtime, "DATABASE_OWNER_URL": cluster.urls.owner}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.swift_walk"],
        input=json.dumps({"settings": {"SECRET_KEY": "test", **urls, **keys}, "sheets": str(sheets)}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert walked.returncode == 0, "\n".join(line[:400] for line in walked.stderr.splitlines()[-40:])
    saw = json.loads(walked.stdout.splitlines()[-1])
    assert saw["screens"] == {
        "review": 200,
        "second_review": 200,
        "publicity": 404,
        "outcome": 404,
        "notices": 404,
    }
    assert "其中 3 人" in saw["going"] and "1500.00" in saw["going"]
    assert (saw["approved"], saw["went"]) == (5, "其中 3 人转入待复审。")
    assert saw["states"] == {"approved": 2, "in_second_review": 3}
    assert saw["own"] == [
        "本件由您初审，不能由您复审。请由其他审核人员办理；人手不足时可请市（州）审核人员办理。"
    ]
    assert saw["home"] == ["快办补贴复审"] and saw["note"] == [True, False]
    assert saw["way"] == ["申请", "审核", "复审", "发放"]
    assert saw["confirmed"] == 3
    assert saw["named"] == [True, False, False]
    assert saw["catalogue"] == ["复审通过"]
    assert (saw["revocable"], saw["listed"], saw["paid"]) == (1, 4, 4)
    assert saw["ended"] == {"disbursed": 4, "revoked": 1}
