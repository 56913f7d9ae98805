"""A programme that pays each person, from a sheet with accounts to the money: each is paid into the one account that is shown."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.desk.database import DEMO

ROOT = Path(__file__).parents[2]


def test_each_person_is_paid_into_the_one_account_that_every_page_names(cluster, demo_files, keys, tmp_path):
    cluster.fresh(DEMO)
    sheets = tmp_path / "sheets"
    shutil.copytree(demo_files, sheets)
    urls = {"SQLALCHEMY_DATABASE_URI": cluster.urls.runtime, "DATABASE_OWNER_URL": cluster.urls.owner}
    walked = subprocess.run(
        [sys.executable, "-m", "tests.programmes.start_up_walk"],
        input=json.dumps({"settings": {"SECRET_KEY": "test", **urls, **keys}, "sheets": str(sheets)}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert walked.returncode == 0, "\n".join(line[:400] for line in walked.stderr.splitlines()[-40:])
    saw = json.loads(walked.stdout.splitlines()[-1])
    titles = ["开户银行（支行全称）*", "开户行行号*", "账户类型", "户名", "银行账号*"]
    assert saw["template"][6:11] == titles and saw["empty"]
    assert [word for word in ("四舍五入", "12位数字", "某监护人") if word in "".join(saw["reasons"])] == [
        "四舍五入",
        "12位数字",
        "某监护人",
    ]
    assert saw["checked"] == {"passed": 2, "failed": 3} and saw["mended"] == {"passed": 5, "failed": 0}
    assert [holder for holder, _ in saw["returned_sheet"]] == [None, "某监护人", None]
    assert [number[-4:] for number in saw["accounts"]] == ["5678", "1111", "2222", "3333", "4444"]
    assert saw["form"] == [False, True], "a number is never shown in a form"
    assert saw["unchanged"] and saw["other_holder"] and saw["edited"][-4:] == "0005"
    assert saw["dialog"] == [True, True]
    assert [saw[name] for name in ("submitted", "resubmitted", "approved", "passed")] == [5, 1, 5, 5]
    assert saw["waits"] and [number[-4:] for number in saw["corrected"]] == ["0006"], "of that payee alone"
    assert saw["no_paper"] and saw["guardian"]
    tails = ["0005", "5678", "0006", "0007", "4444"]
    assert list(saw["shown"].values()) == list(saw["after"].values()) == [[tail] for tail in tails]
    paid = {payee: (holder, number[-4:]) for payee, holder, number in saw["file"][:-1]}
    names = saw["people"]
    holders = [*names[:3], "某监护人", names[4]]
    assert paid == dict(zip(names, zip(holders, tails, strict=True), strict=True))
    assert saw["on_list"], "the file may lie at the bank"
    assert (saw["listed"], saw["paid"], saw["receipt"]) == (5, 5, True)
    assert saw["in_clear"] == [] and saw["listed_fields"] == [True, True]
    (early, why), (late, still) = saw["second"]
    assert early == [] and "第一期已申请" in why and "18个月" in why and "第一期已申请" in still
    assert saw["region"] == [False, True], "the county's own amount, within the province's bounds"
    assert late == ["8000.00"], "the second tranche beside the first, which is paid"
    assert saw["second_paid"] == [[1] * 6, [[names[1], "1111"]], [["disbursed", "8000.00"]]]
