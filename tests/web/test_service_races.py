"""Two institutions in two counties submit the same people at the same moment: one wins, the other learns nothing of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from app.engine.cases.claims import Claim
from app.engine.cases.periods import Slot
from app.registers.models import Employer
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG, QINGYANG, ServiceDesk

PEOPLE = 16
WAIT = 60


def institution(session, region: str) -> Employer:
    wanted = select(Employer).where(Employer.kind == "hr_institution", Employer.region_code == region)
    return session.scalars(wanted.order_by(Employer.id).limit(1)).one()


def counted(page: str) -> tuple[int, int]:
    """(moved, refused) of a result page."""
    moved, refused = (re.search(rf'id="{name}">(\d+)<', page) for name in ("moved", "refused"))
    return int(moved[1]), int(refused[1]) if refused else 0


def test_one_institution_wins_and_the_other_is_told_nothing_of_it(demo_app, demo_files, everything):
    desks, payees, dialogs = {}, {}, {}
    for login, region in (("clerk", JINJIANG), ("clerk_b", QINGYANG)):
        desk = desks[region] = ServiceDesk(demo_app, login)
        payees[region] = institution(everything, region)
        application = desk.open_for_unit(payees[region].uscc)
        desk.check(application, demo_files / "7-service.xlsx")
        desk.bank(application)
        dialogs[region] = desk.post(f"/service/applications/apply/{application}")
        desk.get(dialogs[region])
    barrier = Barrier(2, timeout=WAIT)

    def submit(region: str) -> str:
        barrier.wait()
        return desks[region].post(f"{dialogs[region]}/run")

    with ThreadPoolExecutor(2) as pool:
        places = dict(zip(desks, pool.map(submit, desks), strict=True))
    pages = {region: desks[region].get(places[region]) for region in desks}
    results = {region: counted(page) for region, page in pages.items()}
    assert sum(moved for moved, _ in results.values()) == PEOPLE
    assert all(sum(result) == PEOPLE for result in results.values())

    live = everything.execute(
        select(Claim.person_id, Office.region_code)
        .join(Office, Office.id == Claim.office_id)
        .where(Claim.state == "submitted")
    ).all()
    assert len({person for person, _ in live}) == len(live) == PEOPLE
    assert set(everything.scalars(select(Slot.person_id))) == {person for person, _ in live}
    for region, other in ((JINJIANG, QINGYANG), (QINGYANG, JINJIANG)):
        assert sum(place == region for _, place in live) == results[region][0]
        if results[region][1]:
            assert "不能重复申请" in pages[region]
        office = everything.scalars(select(Office).where(Office.code == other)).one()
        numbers = re.findall(rf"FW-{other}-\d+-\d+", pages[region])
        secrets = (office.name, payees[other].name, payees[other].uscc)
        assert [word for word in secrets if word in pages[region]] + numbers == []
