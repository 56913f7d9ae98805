"""`python -m tests.bench.clerks [--clerks 200] [--minutes 3] [--think 5] [--workers 2]`: a mixed day of many people at once on the real server.

Web workers and one job worker, on loopback, on this machine. People of ten counties log in once, spread over the
first minute, and then go through the day of their role again and again, thinking between requests. Beside it stand the
login page and the bare `/health/live`, asked by one client while nobody else is there. Ten minutes: `--minutes 10`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from unittest.mock import patch

import psutil
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.demo.users import PASSWORD
from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.cases.claims import Claim
from app.extensions import db
from tests.bench.clients import Client, Record, at, spread
from tests.bench.county import TODAY, County
from tests.bench.days import DAYS, Desk, People
from tests.bench.lists import KEYS, ROOT, serving
from tests.bench.registers import residents
from tests.bench.server import everything, product

COUNTIES = (
    "510104",
    "510105",
    "510107",
    "510182",
    "510322",
    "510722",
    "511025",
    "511324",
    "511622",
    "513423",
)
SHARES = (CLERK,) * 10 + (REVIEWER,) * 4 + (CASHIER,) * 2 + (AUDITOR,) * 4
"""Who works in a county, in the proportion of twenty."""
STANDING, PER_SHEET = 60, 20
FACTORY = "tests.bench.steady:create_app()"
RAMP_PER_CLERK = 0.3
WALL = "wall clock"
BARE, LOGIN_PAGE = "/health/live, alone", "the login page, alone"


def found(app, clerks: int, minutes: float) -> list[tuple[str, str, People]]:
    """(username, role, the county's folk) of everybody; each county has claims in every state that the screens show."""
    hashed = generate_password_hash(PASSWORD)
    folk = STANDING * 3 + int(clerks / len(COUNTIES) * PER_SHEET * (minutes + 2))
    staff = []
    with (
        everything(app) as session,
        patch("app.engine.access.accounts.generate_password_hash", lambda _: hashed),
    ):
        everybody = residents(folk * len(COUNTIES), COUNTIES[0], TODAY)
        for number, region in enumerate(COUNTIES):
            own = [replace(one, region=region) for one in everybody[number :: len(COUNTIES)]]
            county = County.of(session, app.extensions["vault"], own, region)
            actors = {role: county.staff(f"{role}_{region}", role) for role in set(SHARES)}
            _stand(county, actors)
            uscc = session.scalar(
                select(Claim).where(Claim.employer_id == county.employer).limit(1)
            ).employer.uscc
            people = People(county, uscc, STANDING * 3)
            for n in range(number, clerks, len(COUNTIES)):
                role = SHARES[n // len(COUNTIES) % len(SHARES)]
                county.staff(f"{role}_{region}_{n}", role)
                staff.append((f"{role}_{region}_{n}", role, people))
            session.commit()
    return staff


def _stand(county: County, actors) -> None:
    """Three applications: submitted, approved, and one as it came."""
    for turn in range(3):
        application = county.open(actors[CLERK])
        rows = [county.typed(turn * STANDING + n) for n in range(STANDING)]
        county.check(actors[CLERK], application, rows)
        county.bank(actors[CLERK], application)
        claims = county.session.scalars(select(Claim.id).where(Claim.application_id == application)).all()
        for move, role in (("submit", CLERK), ("approve", REVIEWER))[:turn]:
            county.move(actors[role], move, claims)


@contextmanager
def working(app) -> Iterator[None]:
    """One job worker beside the web workers."""
    environ = os.environ | {key: app.config[key] for key in KEYS}
    environ |= {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    command = [sys.executable, "-m", "flask", "--app", FACTORY.partition(":")[0], "jobs", "work"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def baseline(port: int, record: Record) -> dict[str, list[float]]:
    """What one client waits for when nobody else is there."""
    client = Client(port, "", record)
    for kind, path in ((BARE, "/health/live"), (LOGIN_PAGE, "/login/")):
        for _ in range(100):
            client.get(kind, path)
    alone = {kind: list(record.taken[kind]) for kind in (BARE, LOGIN_PAGE)}
    record.start_anew()
    return alone


def at_work(desk: Desk, number: int, over: threading.Event, ramp: float, clerks: int) -> None:
    """One person: logs in at a moment of its own, and works until the day is over."""
    chance = Random(number)
    if over.wait(ramp * number / clerks):
        return
    desk.client.login()
    desk.rest = lambda: over.wait(chance.expovariate(1 / desk.think))
    while not over.is_set():
        for step in DAYS[desk.role](desk):
            if desk.rest():
                return
            step()


def run(clerks: int, minutes: float, think: float = 5, workers: int = 2) -> Record:
    """The whole day; prints its figures and gives back what was noted."""
    record = Record()
    with product() as (app, watch):
        staff = found(app, clerks, minutes)
        with app.app_context():
            db.engine.dispose()
        with serving(app, FACTORY, workers) as address, working(app):
            port = int(address.rpartition(":")[2])
            alone, over, ramp = baseline(port, record), threading.Event(), clerks * RAMP_PER_CLERK
            desks = [Desk(Client(port, name, record), role, people, think) for name, role, people in staff]
            threading.stack_size(512 * 1024)
            threads = [
                threading.Thread(target=_guarded, args=(desk, number, over, ramp, clerks), daemon=True)
                for number, desk in enumerate(desks)
            ]
            for thread in threads:
                thread.start()
            time.sleep(ramp + think)
            logins = Record({kind: taken for kind, taken in record.taken.items() if kind.startswith("login")})
            record.start_anew()
            before = seconds_of(watch)
            time.sleep(minutes * 60)
            spent = {name: now - before[name] for name, now in seconds_of(watch).items()}
            over.set()
            for thread in threads:
                thread.join(150)
    report(record, alone, logins, spent, clerks, think)
    return record


def _guarded(desk: Desk, number: int, *rest) -> None:
    """What stops one person is an error of the run, not a trace on the screen."""
    try:
        at_work(desk, number, *rest)
    except Exception as failure:
        desk.client.record.errors.append(f"{desk.client.username} at {desk.client.place}: {failure!r}")


def seconds_of(watch) -> dict[str, float]:
    """Processor seconds of web and job workers, of the database and of the clients, theirs that ended left out."""
    children = [one for one in psutil.Process().children(recursive=True) if one.name() != "postgres"]
    servers = [one for one in psutil.process_iter() if one.name() == "postgres"]
    return {
        WALL: time.perf_counter(),
        "workers": sum(sum(one.cpu_times()[:2]) for one in children),
        "PostgreSQL": sum(map(watch._seconds, servers)),
        "clients": sum(os.times()[:2]),
    }


def report(
    record: Record, alone: dict, logins: Record, spent: dict[str, float], clerks: int, think: float
) -> None:
    seconds = spent.pop(WALL)
    print(
        f"{clerks} clerks, {think:g} s to think, {seconds:.0f} s; load of the machine {os.getloadavg()[0]:.1f}"
    )
    for kind in sorted(record.taken, key=lambda kind: -at(record.taken[kind], 0.95)):
        print(record.line(kind))
    together = [taken for kind in record.taken.values() for taken in kind]
    print(
        f"{'all':28} {len(together):6}  {spread(together)}  {len(together) / seconds:.1f} requests a second"
    )
    for kind, taken in (alone | logins.taken).items():
        print(f"{kind:28} {len(taken):6}  {spread(taken)}")
    for kind, taken in alone.items():
        print(f"p95 of all ÷ p95 of {kind}: {at(together, 0.95) / at(taken, 0.95):.1f}")
    for name, processor in spent.items():
        each = processor / len(together) * 1000
        print(f"processor: {name} {processor / seconds:.2f} cores, {each:.1f} ms a request")
    print(f"errors: {len(record.errors)}")
    for error in record.errors[:20]:
        print("  ", error)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clerks", type=int, default=200)
    options.add_argument("--minutes", type=float, default=3)
    options.add_argument("--think", type=float, default=5)
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    sys.exit(bool(run(chosen.clerks, chosen.minutes, chosen.think, chosen.workers).errors))
