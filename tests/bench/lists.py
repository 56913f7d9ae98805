"""`python -m tests.bench.lists [--claims 1000000] [--people 1000000] [--clients 8]`: list pages through the real server, 2 workers.

People, claims and applications are made by SQL, spread over the counties. Every way of asking is put by several clients
at once, in turns with the first page of an empty list; a page without any query of its own (the manual) is among them.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from sqlalchemy import select, text

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.access.roles import AUDITOR
from app.engine.actor import Actor
from app.extensions import db
from app.registers.models import Person
from app.registers.organisation import Office
from tests.bench.offer import PEOPLE
from tests.bench.server import everything, product

ROOT = Path(__file__).parents[2]
KEYS = ("DATA_HASH_KEY", "DATA_CIPHER_KEY", "SECRET_KEY")
TURNS, ROUNDS = 5, 6
LIST = "/hiring/query/list/"
BARE, EMPTY = "the manual's page", "first page of an empty list"
APPLICATIONS = """
    INSERT INTO applications (programme, number, office_id, payee_kind, employer_id, insured_region, created_on, created_by)
    SELECT 'hiring_subsidy', 'B' || o.id || '-' || n, o.id, 'unit', e.id, o.region_code, DATE '2026-03-01', u.id
    FROM offices o, generate_series(1, 20) n, (SELECT min(id) AS id FROM employers) e,
         (SELECT min(id) AS id FROM ab_user) u
    WHERE o.region_code NOT LIKE '%00'
"""
EMPLOYER = """
    INSERT INTO employers (uscc, unit_no, name, kind, scale, region_code)
    VALUES ('91510104000000001X', 'U1', '锦江示范有限公司', 'enterprise', 'small', '510104')
"""
CLAIMS = """
    INSERT INTO claims (programme, application_id, office_id, person_id, employer_id, insured_region, state, amount, name,
                        category, contract_start, contract_end, submitted_on)
    SELECT 'hiring_subsidy', a.id, a.office_id, p.id, a.employer_id, a.insured_region, 'draft', 1000, p.name,
           'unemployed', DATE '2026-03-01' + mod(p.id, 200)::int, DATE '2027-02-28', NULL
    FROM (SELECT id, name, row_number() OVER (ORDER BY id) AS n FROM persons) p
    JOIN (SELECT id, office_id, employer_id, insured_region, row_number() OVER (ORDER BY mod(id, 20), id) - 1 AS n,
                 count(*) OVER () AS count
          FROM applications) a ON a.n = mod(p.n, a.count)
    WHERE p.n <= :claims
"""
WITHDRAWN = "UPDATE claims SET state = 'withdrawn' WHERE mod(id, 3) = 0"


def found(app, people: int, claims: int) -> str:
    """Fills the registers and the claims; the whole id of one person with a claim."""
    vault, whole = app.extensions["vault"], "510104198806182934"
    with everything(app) as session:
        for code, name in (("510000", "province"), ("510104", "county"), ("513437", "empty")):
            office = session.scalars(select(Office).where(Office.code == code)).one()
            make_user(session, Actor.command(), name, "陈小敏", office, [AUDITOR], PASSWORD)
        session.execute(text(EMPLOYER))
        session.execute(text(PEOPLE), {"region": "510104", "people": people})
        session.execute(text(APPLICATIONS))
        session.execute(
            text("DELETE FROM applications WHERE office_id = (SELECT id FROM offices WHERE code = '513437')")
        )
        session.execute(text(CLAIMS), {"claims": claims})
        session.execute(text(WITHDRAWN))
        one = session.scalars(select(Person).order_by(Person.id).limit(1)).one()
        one.id_hash, one.last4 = vault.hash(whole), whole[-4:]
    return whole


def serving(app, factory: str = "app:create_app()", workers: int = 2):
    """The product on this database."""
    environ = {key: app.config[key] for key in KEYS}
    return gunicorn(factory, environ | {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}, workers)


@contextmanager
def gunicorn(factory: str, environ: dict[str, str], workers: int = 2) -> Iterator[str]:
    """As it is deployed, with so many workers; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", factory]
    environ = os.environ | environ | {"PORT": str(port), "WEB_WORKERS": str(workers)}
    server = subprocess.Popen(command, cwd=ROOT, env=environ)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _await(address: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/login/", timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


class Client:
    """A browser without a window: a login, if any, and its cookies."""

    def __init__(self, address: str, username: str = ""):
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        if username:
            self.post("/login/", {"username": username, "password": PASSWORD})

    def get(self, path: str) -> str:
        return self.opener.open(self.address + path, timeout=60).read().decode()

    def post(self, path: str, form: dict[str, str]) -> str:
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', self.get("/login/" if path == "/login/" else LIST)
        )
        data = urlencode({**form, "csrf_token": token[1]}).encode()
        return self.opener.open(self.address + path, data, timeout=60).geturl()


def in_turns(ways: dict[str, tuple[list[Client], str]]) -> Iterator[tuple[str, list[float], list[float]]]:
    """For each way its milliseconds and the empty list's, asked in short turns: the machine's speed changes meanwhile."""
    for way, asked in ways.items():
        taken, beside = [], []
        for _ in range(TURNS):
            beside += asked_at_once(*ways[EMPTY])
            taken += asked_at_once(*asked)
        yield way, taken, beside


def asked_at_once(clients: list[Client], path: str) -> list[float]:
    """Milliseconds of each answer, all clients asking at once."""

    def ask(client: Client) -> list[float]:
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            client.get(path)
            taken.append((time.perf_counter() - start) * 1000)
        return taken

    with ThreadPoolExecutor(len(clients)) as pool:
        return [one for some in pool.map(ask, clients) for one in some]


def main(people: int, claims: int, count: int) -> None:
    with product() as (app, _):
        whole = found(app, people, claims)
        with app.app_context():
            db.engine.dispose()
        with serving(app) as address:
            logins = {
                name: [Client(address, name) for _ in range(count)]
                for name in ("province", "county", "empty")
            }
            province = logins["province"]
            by_id = province[0].post("/desk/search", {"view": "HiringQueryView", "person": whole})
            ways = {
                BARE: (logins["empty"], "/help/"),
                EMPTY: (logins["empty"], LIST),
                "province, first page": (province, LIST),
                "province, last page": (province, f"{LIST}?end=1"),
                "province, one state": (province, f"{LIST}?state=withdrawn"),
                "province, county and state": (province, f"{LIST}?office=510104&state=withdrawn"),
                "province, by name": (province, f"{LIST}?" + urlencode({"person": "王伟国"})),
                "province, by id": (province, None),
                "county, first page": (logins["county"], LIST),
                "county, one state": (logins["county"], f"{LIST}?state=withdrawn"),
                "county, by name": (logins["county"], f"{LIST}?" + urlencode({"person": "王伟国"})),
            }
            path_of = {
                way: (clients, path or by_id.removeprefix(address)) for way, (clients, path) in ways.items()
            }
            for way, taken, beside in in_turns(path_of):
                p95, base = quantiles(taken, n=20)[-1], quantiles(beside, n=20)[-1]
                print(
                    f"{way:28} median {median(taken):6.1f} ms, p95 {p95:6.1f} ms, "
                    f"{p95 / base:5.2f} × the empty list beside it ({base:.1f} ms)",
                    flush=True,
                )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=int, default=1_000_000)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--clients", type=int, default=8)
    chosen = options.parse_args()
    main(chosen.people, chosen.claims, chosen.clients)
