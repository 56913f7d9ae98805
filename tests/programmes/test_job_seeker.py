"""A programme that schools take in, by a definition alone: from the school's sheet to the county's money."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.desk.database import DEMO

ROOT = Path(__file__).parents[2]


def test_a_school_takes_in_what_its_county_decides_and_pays(cluster, demo_files, keys, tmp_path):
    cluster.fresh(DEMO)
    sheets = tmp_path / "sheets"
    shutil.copytree(demo_files, sheets)
    urls = {"SQLALCHEMY_DATABASE_URI": cluster.urls.runtime, "DATABASE_OWNER_URL": cluster.urls.owner}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.job_seeker_walk"],
        input=json.dumps({"settings": {"SECRET_KEY": "test", **urls, **keys}, "sheets": str(sheets)}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert walked.returncode == 0, "\n".join(line[:400] for line in walked.stderr.splitlines()[-40:])
    saw = json.loads(walked.stdout.splitlines()[-1])
    assert saw["elsewhere"] == 422
    path = "510000/510100/510104/510104001/"
    assert saw["school"] == ["锦江职业学院", "school", "028-2", "510104", path]
    assert saw["hidden"] == [403]
    assert saw["picked"] == [302, 422]
    assert saw["menu"] == ["首页", "申请", "查询", "业务统计"]
    assert saw["not_shown"] is True and saw["unanswered"] > 0
    assert saw["facts"] == [True, True] and saw["tells_after"] == 422 and saw["printed"]
    assert saw["late"] and saw["failed"] == ["不在毕业年度"]
    assert saw["lacking"] == ["学校盖章的申报名册", "困难身份证明"] and saw["whole"] == []
    assert saw["refused"] == "申请还缺附件“困难身份证明”。请在申请页面的“附件”中上传，再提交。" * 2
    assert saw["county_in_draft"] and saw["submitted"] == 2
    assert saw["drafts"] == [2, 0, 0] and saw["seen"] == [2, 0, 2, 0]
    assert saw["open_to"] == [200, 404, 200, 404]
    assert not saw["edits_after"] and saw["received"] == [True, True] and saw["receipt"] == 200
    assert saw["back"] == [True, 200] and saw["again"] == 1
    assert (saw["approved"], saw["publicizing"], saw["publicized"]) == (2, 2, 2)
    assert saw["registers"] == [False, True]
    assert saw["way"] == ["申请", "退回后再提交", "审核", "公示", "发放"]
    assert (saw["listed"], saw["paid"], saw["ended"]) == (2, 2, 200)
    assert saw["claims"] == [
        ["510104", "zero_employment", "bachelor", "1500.00", "disbursed", "5678"],
        ["510104", "disabled", "college", "1500.00", "disbursed", "1111"],
    ]
    assert saw["numbers"] == [["QZ-GS-510104", "QZ-FF-510104"]]
