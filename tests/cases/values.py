"""Cells in which people write a value their own way: what it is, or the words of the sentence that asks for another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.programmes.training.sheet import RESULTS
from tests.cases.case import Case
from tests.desk.subsidies import SERVICE_SHEET as SERVICE

OPEN_ENDS = (
    "无固定期限",
    "长期",
    "—",
    "——",
    "--",
    "/",
    "无",
    "长期有效",
    "无固定期限合同",
    "（无固定期限）",
    "不定期",
    "永久",
)
DAY = date(2026, 9, 19)
DATES = (
    46284,
    46284.5,
    "46284",
    20260919,
    "20260919",
    "2026-09-19T00:00:00",
    "2026-09-19T08:30:00.000Z",
    "2026-09-18T16:00:00Z",
    "2026-09-19T23:59:59+08:00",
    "2026-9-19",
    "2026/9/19 0:00",
    "2026.9.19",
    "2026。9。19",
    "2026—09—19",
    "２０２６年９月１９日",
    "2026年9月19",
    "'2026-09-19",
    '="2026-09-19"',
    " 2026-09-19\u200b",
)
NO_DATES = ("待定", "见合同", "2026", 202609, "19/9/2026", "2026-02-30", "2026-13-01", "一年", "？")
YES = ("是", "√", "✓", "1", 1, "通过", "及格", "合格 ", "Y", "对")
NO = ("否", "×", "x", "0", 0, "未通过", "不及格", "不合格", "N")
SCORES = (
    (85.3333333333333, "85.33"),
    ("85.3333333333333", "85.33"),
    (85.335, "85.34"),
    ("85.335", "85.34"),
    ("85分", "85.00"),
    ("85.5 分", "85.50"),
    ("８５．５", "85.50"),
    ("'85", "85.00"),
    (0, "0.00"),
    (100, "100.00"),
)
NO_SCORES = ("缺考", "缺", "未参加考试", "—", "/", "弃考")
ID = "11010519491231002X"
IDS = (
    f'="{ID}"',
    f"'{ID}",
    f"‘{ID}",
    f"{ID[:6]}\u200b{ID[6:]}",
    f"\u202d{ID}\u202c",
    "１１０１０５１９４９１２３１００２ｘ",
    f" {ID[:6]} {ID[6:14]}　{ID[14:]}",
)
REGIONS = (
    "四川省成都市锦江区",
    "成都市锦江区",
    "锦江区",
    "锦江",
    "成都锦江区",
    "四川成都锦江",
    "四川省/成都市/锦江区",
    "四川省 成都市 锦江区",
    "510104",
    510104,
    "510104000000",
    "５１０１０４",
)

VALUES = [
    *(Case("open end", "contract_end", word) for word in OPEN_ENDS),
    *(Case("date in words or numbers", "contract_end", shown, value=DAY) for shown in DATES),
    *(Case("no date", "contract_end", shown, refused=("无固定期限", "2020-03-01")) for shown in NO_DATES),
    *(Case("no date", "contract_start", word, refused=("日期",)) for word in ("无固定期限", "长期", "—")),
    *(Case("passed", "passed", word, value="yes", sheet=RESULTS) for word in YES),
    *(Case("passed", "passed", word, value="no", sheet=RESULTS) for word in NO),
    *(
        Case("passed", "passed", word, refused=(word, "合格"), sheet=RESULTS)
        for word in ("待定", "补考", "2")
    ),
    *(Case("score", "theory_score", shown, value=Decimal(value), sheet=RESULTS) for shown, value in SCORES),
    *(Case("no score", "practical_score", word, sheet=RESULTS) for word in NO_SCORES),
    *(
        Case("score", "theory_score", word, refused=("分数",), sheet=RESULTS)
        for word in ("优", "85%", "八十五", "85/100")
    ),
    *(Case("id", "citizen_id", shown, value=ID) for shown in IDS),
    *(Case("region", "insured_region", shown, value="510104", sheet=SERVICE) for shown in REGIONS),
    Case("region", "insured_region", "市中区", refused=("内江市市中区", "乐山市市中区"), sheet=SERVICE),
    Case("region", "insured_region", "乐山市中区", value="511102", sheet=SERVICE),
    Case("region", "insured_region", "阿坝州汶川县", value="513221", sheet=SERVICE),
    Case("region", "insured_region", "北京市", refused=("北京市",), sheet=SERVICE),
    Case("uscc", "employer_uscc", '="91510104MA6CDEFG0Y"', value="91510104MA6CDEFG0Y", sheet=SERVICE),
    Case("phone", "phone", '="13800138000"', value="13800138000"),
    Case("name", "name", '="张三"', value="张三"),
    Case("name", "name", "王\ue863", value="王\ue863"),
    Case("name", "name", "⻩⼩⽟", value="⻩⼩⽟"),
]
