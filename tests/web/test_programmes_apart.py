"""What is done to all of one subsidy's list is done to that subsidy alone."""

import re

from tests.desk.clerks import HiringDesk, ServiceDesk, uscc_of


def count(page: str) -> int:
    return int(re.search(r"共([\d,]+)条", page)[1].replace(",", ""))


def waiting(page: str, address: str) -> int:
    """What the home page says of a list."""
    line = rf'class="what">[^<]* (\d+) 人</span>\s*<span class="note">[^<]*</span>\s*</div>\s*<a class="btn[^>]*href="{address}'
    return int(re.search(line, page)[1])


def test_all_of_one_list_are_no_rows_of_another(demo_app, demo_files):
    hiring, service = HiringDesk(demo_app, "clerk"), ServiceDesk(demo_app, "clerk")
    for desk, application, sheet in (
        (hiring, hiring.open_application(uscc_of(demo_files, "1-good.xlsx")), "1-good.xlsx"),
        (service, service.open_for_unit(uscc_of(demo_files, "7-service.xlsx")), "7-service.xlsx"),
    ):
        desk.check(application, demo_files / sheet)
        desk.bank(application)
        desk.apply(application)
    reviewer = HiringDesk(demo_app, "reviewer")
    home = reviewer.get("/")
    sent = {name: count(reviewer.get(f"/{name}/review/list/")) for name in ("hiring", "service")}
    assert min(sent.values()) > 0
    assert {name: waiting(home, f"/{name}/review/list/") for name in sent} == sent
    rows = re.findall(r'name="rowid" value="(\d+)"', reviewer.get("/hiring/review/list/"))
    chosen = ServiceDesk(demo_app, "reviewer")
    assert re.search(r'id="moved"[^>]*>0<', chosen.act("review", "approve", rows))
    assert re.search(rf'id="moved"[^>]*>{sent["service"]}<', chosen.act("review", "approve"))
    assert count(reviewer.get("/hiring/review/list/")) == sent["hiring"]
    assert count(reviewer.get("/service/review/list/")) == 0
