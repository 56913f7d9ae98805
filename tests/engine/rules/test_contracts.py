"""HS-01 … HS-05 line by line, with the days and months on which a verdict turns."""

from tests.desk.subsidies import STRANDED_MIGRANT, UNEMPLOYED
from tests.engine.rules.cases import BARE, BROKEN, LAGGING, LATE, NEIGHBOUR, STALE, Case, months

PAID = ("pass", "paid")
N = "latest_contribution_months"


def test_insured(table):
    """Today is in November 2026 and N is 3: the latest month may be August."""
    found = table.check(
        "HS-01",
        [
            Case("paid last month", *PAID, paid=["2026-10"]),
            Case("paid this month", *PAID, paid=["2026-11"]),
            Case("paid N months ago", *PAID, paid=["2026-08"]),
            Case("paid N+1 months ago", "fail", "stale", paid=["2026-07"]),
            Case("the latest of several counts", *PAID, paid=["2026-03", "2026-05", "2026-08"]),
            Case("N=0, this month", *PAID, paid=["2026-11"], policy={N: 0}, region=NEIGHBOUR),
            Case("N=0, last month", "fail", "stale", paid=["2026-10"], policy={N: 0}),
            Case(
                "N=0, last month, this month not loaded",
                "unknown",
                paid=["2026-10"],
                policy={N: 0},
                region=LAGGING,
            ),
            Case("never paid, this month not loaded", "unknown", region=LAGGING),
            Case("paid N months ago, this month not loaded", *PAID, paid=["2026-08"], region=LAGGING),
            Case("stale, this month not loaded", "unknown", paid=["2026-07"], region=LAGGING),
            Case(
                "starts next month, this month not loaded",
                "fail",
                "future",
                start="2026-12-01",
                region=LAGGING,
            ),
            Case("N=4, four months ago", *PAID, paid=["2026-07"], policy={N: 4}),
            Case("N=4, five months ago", "fail", "stale", paid=["2026-06"], policy={N: 4}),
            Case("N=12 reaches into last year", *PAID, start="2025-06-10", paid=["2025-11"], policy={N: 12}),
            Case(
                "N=12, thirteen months ago",
                "fail",
                "stale",
                start="2025-06-10",
                paid=["2025-10"],
                policy={N: 12},
            ),
            Case("never paid", "fail", "none"),
            Case("another region", "fail", "none", paid_in={NEIGHBOUR: ["2026-10"]}),
            Case(
                "another region and here long ago",
                "fail",
                "stale",
                paid=["2026-04"],
                paid_in={NEIGHBOUR: ["2026-10"]},
            ),
            Case("another employer", "fail", "none", paid_under_other=["2026-10"]),
            Case("owed, not paid", "fail", "none", unpaid=["2026-10"]),
            Case("owed lately, paid before", *PAID, paid=["2026-08"], unpaid=["2026-09", "2026-10"]),
            Case("the contract's own month", *PAID, start="2026-10-31", paid=["2026-10"]),
            Case("the month before the contract", "fail", "none", start="2026-10-01", paid=["2026-09"]),
            Case("starts this month, not yet covered", "unknown", start="2026-11-02", region=LAGGING),
            Case("starts this month, paid before only", "fail", "none", start="2026-11-02", paid=["2026-10"]),
            Case("starts this month, paid already", *PAID, start="2026-11-02", paid=["2026-11"]),
            Case("starts next month", "fail", "future", start="2026-12-01", paid=["2026-10"]),
            Case("starts next year", "fail", "future", start="2027-06-01"),
            Case("paid ahead", *PAID, start="2026-12-01", paid=["2026-12"]),
            Case("not registered", None, name=None),
            Case("never loaded", "unknown", region=BARE),
            Case("never loaded, yet a month is known", *PAID, region=BARE, paid=["2026-10"]),
            Case("loaded for another region only", "unknown", region=BARE, paid_in={NEIGHBOUR: ["2026-10"]}),
            Case("loaded until June", "unknown", region=STALE, paid=["2026-06"]),
            Case("loaded until June, N=5", *PAID, region=STALE, paid=["2026-06"], policy={N: 5}),
            Case("loaded until June, N=5, nothing there", "unknown", region=STALE, policy={N: 5}),
            Case("loaded from January, contract before", "fail", "none", region=LATE, start="2025-06-01"),
            Case("a hole in what is loaded", "unknown", region=BROKEN, policy={N: 8}),
            Case("a hole before what counts", "fail", "none", region=BROKEN, policy={N: 5}),
            Case("a hole, paid after it", *PAID, region=BROKEN, policy={N: 8}, paid=["2026-07"]),
        ],
    )
    assert found["paid N months ago"].evidence["contribution_id"] > 0
    assert "最近缴费月份为2026-07，早于2026-08" in found["paid N+1 months ago"].sentence
    lacks = "社保缴费库没有金牛区2026-08～2026-11的数据（数据截至2026-06）"
    assert lacks in found["loaded until June"].sentence
    assert found["loaded until June"].sentence.startswith(
        "在510104第1有限公司（参保地金牛区）最近缴费月份为2026-06"
    )
    assert found["never loaded"].sentence.startswith("登记库未加载：社保缴费库")
    assert "（数据截至—）" in found["never loaded"].sentence


def test_contract_term(table):
    long, short = ("pass", "long_enough"), ("fail", "short")
    found = table.check(
        "HS-02",
        [
            Case("open-ended", "pass", "open_ended"),
            Case("twelve months", *long, start="2026-03-01", end="2027-02-28"),
            Case("a day less", *short, start="2026-03-01", end="2027-02-27"),
            Case("a day more", *long, start="2026-03-01", end="2027-03-01"),
            Case("from mid-month", *long, start="2026-03-15", end="2027-03-14"),
            Case("from mid-month, a day less", *short, start="2026-03-15", end="2027-03-13"),
            Case("from the 31st", *long, start="2026-01-31", end="2027-01-30"),
            Case("from the 31st, a day less", *short, start="2026-01-31", end="2027-01-29"),
            Case("from a leap day", *long, start="2024-02-29", end="2025-02-27"),
            Case("from a leap day, a day less", *short, start="2024-02-29", end="2025-02-26"),
            Case("to a leap year", *long, start="2023-03-01", end="2024-02-29"),
            Case("to a leap year, a day less", *short, start="2023-03-01", end="2024-02-28"),
            Case("ends before it starts", *short, start="2026-03-01", end="2025-03-01"),
            Case(
                "six months by policy",
                *long,
                start="2026-08-31",
                end="2027-02-27",
                policy={"least_contract_months": 6},
            ),
            Case(
                "six months by policy, a day less",
                *short,
                start="2026-08-31",
                end="2027-02-26",
                policy={"least_contract_months": 6},
            ),
            Case(
                "no months by policy",
                *long,
                start="2026-08-31",
                end="2026-08-30",
                policy={"least_contract_months": 0},
            ),
        ],
    )
    assert found["a day less"].evidence["least_end"] == "2027-02-28"
    assert "不足12个月，终止日期应不早于2027-02-28" in found["a day less"].sentence


def test_registered_unemployed(table):
    """Six months before 2026-03-01 is 2025-09-01; months clamp to the month's end."""
    good = ("pass", "registered")
    found = table.check(
        "HS-03",
        [
            Case("six months", *good, unemployed=[("2025-09-01", None)]),
            Case("a day less", "fail", "short", unemployed=[("2025-09-02", None)]),
            Case("the 31st clamps", *good, start="2026-02-28", unemployed=[("2025-08-31", None)]),
            Case(
                "the 31st clamps, a day before",
                "fail",
                "short",
                start="2026-02-27",
                unemployed=[("2025-08-31", None)],
            ),
            Case("after the 31st", "fail", "short", start="2026-02-28", unemployed=[("2025-09-01", None)]),
            Case("from a month's end", *good, start="2026-08-28", unemployed=[("2026-02-28", None)]),
            Case(
                "from a month's end, a day before",
                "fail",
                "short",
                start="2026-08-27",
                unemployed=[("2026-02-28", None)],
            ),
            Case("cancelled the day before", "fail", "cancelled", unemployed=[("2025-05-01", "2026-02-28")]),
            Case("cancelled that day", *good, unemployed=[("2025-05-01", "2026-03-01")]),
            Case("cancelled after", *good, unemployed=[("2025-05-01", "2026-03-02")]),
            Case("the second of two", *good, unemployed=[("2025-01-01", "2025-03-01"), ("2025-08-01", None)]),
            Case("the first of two", *good, unemployed=[("2025-01-01", None), ("2026-02-01", None)]),
            Case(
                "one cancelled, one too late",
                "fail",
                "short",
                unemployed=[("2025-01-01", "2025-03-01"), ("2025-12-01", None)],
            ),
            Case("registered after the contract", "fail", "short", unemployed=[("2026-04-01", None)]),
            Case("no registration", "fail", "none"),
            Case("not registered at all", None, name=None),
            Case("the other category", None, category=STRANDED_MIGRANT),
            Case(
                "three months by policy",
                *good,
                unemployed=[("2025-12-01", None)],
                policy={"least_unemployed_months": 3},
            ),
            Case(
                "three months by policy, a day less",
                "fail",
                "short",
                unemployed=[("2025-12-02", None)],
                policy={"least_unemployed_months": 3},
            ),
            Case(
                "no months by policy",
                *good,
                unemployed=[("2026-03-01", None)],
                policy={"least_unemployed_months": 0},
            ),
            Case("never loaded", "unknown", region=BARE),
            Case("never loaded, yet one is known", "unknown", region=BARE, unemployed=[("2025-05-01", None)]),
            Case(
                "loaded until June, starts in June",
                *good,
                region=STALE,
                start="2026-06-30",
                unemployed=[("2025-05-01", None)],
            ),
            Case(
                "loaded until June, starts in July",
                "unknown",
                region=STALE,
                start="2026-07-02",
                unemployed=[("2025-05-01", None)],
            ),
            Case("loaded until June, none by June", "fail", "none", region=STALE, start="2026-12-31"),
            Case("loaded until June, none by July", "unknown", region=STALE, start="2027-01-01"),
            Case("a contract in the far future, all loaded", "fail", "none", start="2027-09-01"),
            Case(
                "a contract in the far future, this month not loaded",
                "unknown",
                start="2027-09-01",
                region=LAGGING,
            ),
            Case(
                "registered, a contract in the future",
                *good,
                start="2027-01-01",
                unemployed=[("2026-05-01", None)],
            ),
            Case("loaded from January, six months before not", "unknown", region=LATE),
            Case(
                "loaded from January, six months before it", "fail", "none", region=LATE, start="2026-07-01"
            ),
            Case("loaded from January, one is known", *good, region=LATE, unemployed=[("2025-05-01", None)]),
            Case("six months before lies in a hole", "unknown", region=BROKEN, start="2026-09-01"),
            Case("a hole before the last day to register", "unknown", region=BROKEN, start="2027-02-01"),
            Case(
                "registered before a hole in which it may have been cancelled",
                "unknown",
                region=BROKEN,
                start="2026-10-01",
                unemployed=[("2025-05-01", None)],
            ),
            Case(
                "registered after the hole",
                *good,
                region=BROKEN,
                start="2027-02-01",
                unemployed=[("2026-07-01", None)],
            ),
        ],
    )
    assert found["six months"].evidence["unemployment_id"] > 0
    assert "最迟应于2025-09-01登记" in found["a day less"].sentence
    assert "最迟应于2025-08-31登记" in found["after the 31st"].sentence
    assert "2025-05-01的失业登记已于2026-02-28注销" in found["cancelled the day before"].sentence
    assert "失业登记库没有金牛区2026-07的数据" in found["loaded until June, starts in July"].sentence


def test_latest_day_to_register_is_the_last_that_passes(table):
    """A sentence that names a day too early would send people away who qualify."""
    starts = [
        "2026-02-28",
        "2026-03-01",
        "2026-04-30",
        "2026-06-30",
        "2026-08-28",
        "2026-08-29",
        "2026-08-31",
    ]
    first = table.judge([Case(day, None, start=day, unemployed=[("2026-10-01", None)]) for day in starts])
    latest = {day: first[day]["HS-03"].evidence["latest_start"] for day in starts}
    assert latest == {
        "2026-02-28": "2025-08-31",
        "2026-03-01": "2025-09-01",
        "2026-04-30": "2025-10-31",
        "2026-06-30": "2025-12-31",
        "2026-08-28": "2026-02-28",
        "2026-08-29": "2026-02-28",
        "2026-08-31": "2026-02-28",
    }


def test_transferred(table):
    left = ("pass", "left")
    migrant = {"category": STRANDED_MIGRANT}
    found = table.check(
        "HS-04",
        [
            Case("the day before", *left, **migrant, left=["2026-02-28"]),
            Case("that day", *left, **migrant, left=["2026-03-01"]),
            Case("the day after", "fail", "none", **migrant, left=["2026-03-02"]),
            Case("years before", *left, **migrant, left=["2019-05-01"]),
            Case("before and after", *left, **migrant, left=["2026-01-01", "2026-06-01"]),
            Case("never", "fail", "none", **migrant),
            Case("not registered", None, **migrant, name=None),
            Case("the other category", None, left=["2026-01-01"], category=UNEMPLOYED),
            Case("never loaded", "unknown", **migrant, region=BARE),
            Case("never loaded, yet one is known", *left, **migrant, region=BARE, left=["2026-01-01"]),
            Case(
                "loaded until June, starts in June",
                "fail",
                "none",
                **migrant,
                region=STALE,
                start="2026-06-30",
            ),
            Case("loaded until June, starts in July", "unknown", **migrant, region=STALE, start="2026-07-01"),
            Case("loaded from January, starts before", "unknown", **migrant, region=LATE, start="2025-12-31"),
            Case(
                "loaded from January, starts then", "fail", "none", **migrant, region=LATE, start="2026-01-01"
            ),
            Case("starts in a hole", "unknown", **migrant, region=BROKEN, start="2026-03-01"),
            Case("starts after a hole", "unknown", **migrant, region=BROKEN, start="2026-09-01"),
            Case("starts next year, never", "fail", "none", **migrant, start="2027-05-01"),
            Case(
                "starts next year, this month not loaded",
                "unknown",
                **migrant,
                region=LAGGING,
                start="2027-05-01",
            ),
        ],
    )
    assert found["that day"].evidence["transfer_id"] > 0
    assert found["before and after"].evidence["left_on"] == "2026-01-01"
    assert "转移就业库没有金牛区2026-07的数据" in found["loaded until June, starts in July"].sentence


def test_previously_uninsured(table):
    """The enrolment begins in March 2026; by N the three months before are December to February."""
    migrant = {"category": STRANDED_MIGRANT}
    free, paid = ("pass", "uninsured"), ("fail", "insured")
    run, wait = months("2026-03", "2026-10"), "uninsured_months"
    found = table.check(
        "HS-05",
        [
            Case("never before", *free, **migrant, paid=run),
            Case("two months before", *paid, **migrant, paid=["2026-01", *run]),
            Case("three months before", *paid, **migrant, paid=["2025-12", *run]),
            Case("four months before", *free, **migrant, paid=["2025-11", *run]),
            Case("the month before belongs to the run", *free, **migrant, paid=["2026-02", *run]),
            Case("a run that reaches back, then paid", *paid, **migrant, paid=["2025-11", "2026-02", *run]),
            Case(
                "a gap makes a new run",
                *paid,
                **migrant,
                paid=[*months("2026-03", "2026-07"), "2026-09", "2026-10"],
            ),
            Case(
                "a gap of three months",
                *free,
                **migrant,
                paid=[*months("2026-01", "2026-05"), "2026-09", "2026-10"],
            ),
            Case(
                "an unpaid month is a gap", *paid, **migrant, paid=["2026-07", "2026-09"], unpaid=["2026-08"]
            ),
            Case(
                "a run across regions",
                *free,
                **migrant,
                paid=["2026-05", "2026-06"],
                paid_in={NEIGHBOUR: ["2026-03", "2026-04"]},
            ),
            Case(
                "both regions in one month",
                *free,
                **migrant,
                paid=["2026-05", "2026-06"],
                paid_in={NEIGHBOUR: ["2026-05", "2026-06"]},
            ),
            Case(
                "paid before in another region", *paid, **migrant, paid=run, paid_in={NEIGHBOUR: ["2025-12"]}
            ),
            Case(
                "paid before under another employer", *free, **migrant, paid=run, paid_under_other=["2026-01"]
            ),
            Case("owed before, not paid", *free, **migrant, paid=run, unpaid=["2026-01", "2025-12"]),
            Case("no months at all", "pass", "no_months", **migrant),
            Case("not registered", None, **migrant, name=None),
            Case("N=0, two months before", *free, **migrant, paid=["2026-01", *run], policy={wait: 0}),
            Case("N=1, two months before", *free, **migrant, paid=["2026-01", *run], policy={wait: 1}),
            Case("N=2, two months before", *paid, **migrant, paid=["2026-01", *run], policy={wait: 2}),
            Case("N=4, four months before", *paid, **migrant, paid=["2025-11", *run], policy={wait: 4}),
            Case("N=4, five months before", *free, **migrant, paid=["2025-10", *run], policy={wait: 4}),
            Case("across the turn of the year", *paid, **migrant, paid=["2025-11", "2026-01", "2026-02"]),
            Case("the other category", None, paid=["2026-01", *run]),
            Case("never loaded", "unknown", **migrant, region=BARE),
            Case(
                "never loaded, yet paid before: the gap may be paid",
                "unknown",
                **migrant,
                region=BARE,
                paid=["2026-01", *run],
            ),
            Case("loaded from January, run from March", "unknown", **migrant, region=LATE, paid=run),
            Case(
                "loaded from January, run from April",
                *free,
                **migrant,
                region=LATE,
                paid=months("2026-04", "2026-10"),
            ),
            Case("the months before lie in a hole", "unknown", **migrant, region=BROKEN, paid=run),
            Case("a run after the hole, N=0", *free, **migrant, region=BROKEN, paid=run, policy={wait: 0}),
            Case("a gap that a hole may fill", "unknown", **migrant, region=BROKEN, paid=["2025-12", *run]),
            Case(
                "a gap that a hole may fill, paid before that too",
                *paid,
                **migrant,
                region=BROKEN,
                paid=["2025-09", "2025-12", *run],
            ),
            Case(
                "a gap that is partly loaded",
                *paid,
                **migrant,
                region=LATE,
                paid=["2025-12", "2026-02", *run[1:]],
            ),
            Case(
                "paid lately, this month not loaded", *paid, **migrant, region=LAGGING, paid=["2026-01", *run]
            ),
            Case(
                "ended long ago: a new enrolment may have begun",
                "unknown",
                **migrant,
                region=LAGGING,
                paid=["2026-05", "2026-07"],
            ),
        ],
    )
    fail = found["three months before"]
    assert len(fail.evidence["contribution_ids"]) == 1
    assert "本次参保自2026-03起，此前3个月内2025-12已在该单位缴费" in fail.sentence
    assert "（2025-12至2026-02）" in found["never before"].sentence
    assert "社保缴费库没有成华区2025-12的数据" in found["loaded from January, run from March"].sentence
