"""C-01 … C-07 and F-01 line by line; C-04, which needs claims, stands in test_people."""

from app.kernel.messages import Message
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.desk.subsidies import STRANDED_MIGRANT
from tests.engine.rules.cases import BARE, NEIGHBOUR, Case, months

FAULT = Message("“{title}”没有填写。请补填。", title="劳动合同开始日期").as_json()


def test_bad_id_is_the_only_reason(table):
    facts = {"typed": "", "start": "1990-01-01", "end": "1990-02-01", "scale": "large", "repeated": True}
    faults = {"contract_end": FAULT}
    found = table.judge(
        [
            Case("good", "pass"),
            Case("invalid", "fail", id_fault="invalid", faults=faults, **facts),
            Case("rounded", "fail", id_fault="rounded", faults=faults, **facts),
        ]
    )
    assert found["good"]["C-01"].verdict == "pass"
    assert found["invalid"].keys() == found["rounded"].keys() == {"C-01"}
    assert "应为18位" in found["invalid"]["C-01"].sentence
    assert "四舍五入" in found["rounded"]["C-01"].sentence


def test_every_rule_reports_on_a_good_id(table):
    """One failure hides no other."""
    found = table.judge(
        [
            Case(
                "all wrong",
                "fail",
                start="2019-12-31",
                end="2020-01-31",
                scale="large",
                repeated=True,
            ),
            Case("the other category", "fail", start="2019-12-31", category=STRANDED_MIGRANT),
        ]
    )
    every = {rule.code for rule in PROGRAMME.rules} - {"F-01"}
    assert found["all wrong"].keys() == every - {"HS-04", "HS-05"}
    assert found["the other category"].keys() == every - {"HS-03"}
    verdicts = {
        **dict.fromkeys(("C-02", "C-05", "C-06", "HS-01", "HS-02"), "fail"),
        **dict.fromkeys(("C-01", "C-03", "C-04", "C-07"), "pass"),
        "HS-03": "unknown",
    }
    assert {code: found["all wrong"][code].verdict for code in verdicts} == verdicts


def test_nothing_else_is_told_of_a_person_whom_the_sheet_does_not_name(table):
    """Not even that a repeated row repeats: what the registers hold is for who knows the person."""
    facts = {"scale": "large", "repeated": True, "start": "2019-12-31", "paid": ["2026-10"]}
    found = table.judge(
        [
            Case("another name", None, typed="李四", unemployed=[("2019-01-01", None)], **facts),
            Case("nobody", None, name=None, **facts),
            Case("an unreadable name", None, faults={"name": FAULT}, **facts),
            Case("whether anybody is can't be known", None, name=None, region=BARE),
        ]
    )
    assert found["another name"].keys() == found["nobody"].keys() == {"C-01", "C-03"}
    assert found["an unreadable name"].keys() == {"C-01", "F-01"}
    assert found["whether anybody is can't be known"].keys() > {"C-01", "C-03", "HS-01"}
    assert all(stops for stops, _ in table.outcomes())


def test_repeated(table):
    table.check("C-02", [Case("first", "pass", "once"), Case("again", "fail", "repeated", repeated=True)])


def test_name(table):
    """Names agree after NFKC, without blanks, the dots made one; rare characters are kept apart."""
    agree, differ = ("pass", "agree"), ("fail", "differ")
    found = table.check(
        "C-03",
        [
            Case("the same", *agree),
            Case("another", *differ, typed="王方"),
            Case("blanks", *agree, typed=" 王 芳　"),
            Case("a blank in the register", *agree, name="王 芳"),
            Case("one character", *agree, typed="王\u200b芳"),
            Case("full-width letters", *agree, typed="ＡＬＩ", name="ALI"),
            Case("case matters", *differ, typed="ali", name="ALI"),
            Case("• for ·", *agree, typed="扎西•多吉", name="扎西·多吉"),
            Case("・ for ·", *agree, typed="扎西・多吉", name="扎西·多吉"),
            Case("･ for ·", *agree, typed="扎西･多吉", name="扎西·多吉"),
            Case(". for ·", *agree, typed="扎西.多吉", name="扎西·多吉"),
            Case("· in the register otherwise", *agree, typed="扎西 · 多吉", name="扎西•多吉"),
            Case("no dot", *differ, typed="扎西多吉", name="扎西·多吉"),
            Case("rare", *agree, typed="𠮷祥", name="𠮷祥"),
            Case("rare for common", *differ, typed="吉祥", name="𠮷祥"),
            Case("beyond the basic plane", *agree, typed="冉𬭼", name="冉𬭼"),
            Case("a compatibility form", *agree, typed="\uf90a", name="金"),
            Case("nobody", "fail", "absent", name=None),
            Case("never loaded", "unknown", name=None, region=BARE),
            Case("never loaded, yet known", *agree, region=BARE),
            Case("never loaded, known otherwise", *differ, region=BARE, typed="王方"),
        ],
    )
    assert "登记库未加载：人员登记库没有武侯区" in found["never loaded"].sentence


def test_employer(table):
    found = table.check(
        "C-05",
        [
            *(Case(scale, "pass", "small", scale=scale) for scale in ("micro", "small", "medium")),
            Case("large", "fail", "large", scale="large"),
        ],
    )
    assert found["large"].evidence["employer_id"] > 0
    assert "510104第1有限公司不属于中小微企业" in found["large"].sentence


def test_policy_window(table):
    inside, outside = ("pass", "inside"), ("fail", "outside")
    closed = {"window_from": "2026-01-01", "window_to": "2026-06-30"}
    found = table.check(
        "C-06",
        [
            Case("the first day", *inside, start="2020-01-23"),
            Case("the day before", *outside, start="2020-01-22"),
            Case("open to the end", *inside, start="2099-12-31"),
            Case("closed, the first day", *inside, start="2026-01-01", policy=closed),
            Case("closed, the day before", *outside, start="2025-12-31", policy=closed),
            Case("closed, the last day", *inside, start="2026-06-30", policy=closed),
            Case("closed, the day after", *outside, start="2026-07-01", policy=closed),
        ],
    )
    assert "（开始：2026-01-01，截止：2026-06-30）" in found["closed, the day after"].sentence
    assert "（开始：2020-01-23，截止：不限）" in found["the day before"].sentence


def test_new_enrolment_warns_and_never_stops(table):
    run = months("2026-03", "2026-10")
    good = {"end": "2027-02-28", "unemployed": [("2025-05-01", None)]}
    cases = [
        Case("from the contract's month", "pass", "new", paid=run, **good),
        Case("later", "pass", "new", paid=run[2:], **good),
        Case("a month earlier", "warn", "earlier", paid=["2026-02", *run], **good),
        Case(
            "earlier in another region", "warn", "earlier", paid=run, paid_in={NEIGHBOUR: ["2026-02"]}, **good
        ),
        Case("earlier under another employer", "pass", "new", paid=run, paid_under_other=["2026-02"], **good),
        Case("an earlier run apart", "pass", "new", paid=["2026-01", *run], **good),
        Case("no months", "pass", "none", **good),
    ]
    found = table.check("C-07", cases)
    assert "本次参保自2026-02起，早于合同首月2026-03" in found["a month earlier"].sentence
    outcomes = table.outcomes()
    assert outcomes == [(n in (6,), n in (2, 3)) for n in range(len(cases))]


def test_unreadable_cells(table):
    """A rule says nothing of a field that could not be read; all others report."""
    every = {rule.code for rule in PROGRAMME.rules}
    fields = ("name", "citizen_id", "category", "contract_start", "contract_end", "phone")
    blind = {field: {r.code for r in PROGRAMME.rules if field in r.fields} for field in fields}
    unread = {
        "contract_start": {"start": None},
        "contract_end": {"end": None},
        "category": {"category": None},
    }
    cases = [Case(f, "fail", faults={f: FAULT}, **unread.get(f, {})) for f in fields if f != "citizen_id"]
    two = {"contract_start": FAULT, "phone": FAULT}
    found = table.judge([*cases, Case("two", "fail", faults=two, start=None), Case("none", None)])
    of_category = {"HS-04", "HS-05"}
    for case in cases:
        told = {"C-01", "F-01"} if case.label == "name" else every - blind[case.label] - of_category
        assert found[case.label].keys() == told, case.label
        assert found[case.label]["F-01"].sentence == "“劳动合同开始日期”没有填写。请补填。"
    assert found["two"]["F-01"].sentence.count("没有填写") == 2
    assert "F-01" not in found["none"]
    assert blind["contract_start"] >= {"HS-01", "HS-02", "HS-03", "HS-04", "C-06", "C-07"}
    assert not blind["contract_start"] & {"HS-05", "C-01", "C-02", "C-03", "C-04", "C-05", "F-01"}


def test_no_register_at_all(table):
    """Nothing was ever loaded: whatever rests on a register is unknown, not failed."""
    found = table.judge([Case("first", None), Case("second", None, category=STRANDED_MIGRANT)], loaded=False)
    unknown = {label: {c for c, f in said.items() if f.verdict == "unknown"} for label, said in found.items()}
    assert unknown == {"first": {"HS-01", "HS-03"}, "second": {"HS-01", "HS-04", "HS-05"}}
