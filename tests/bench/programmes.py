"""`python -m tests.bench.programmes [--programmes 100] [--rounds 5]`: what so many published subsidies cost a web worker.

Beside the three that ship, in turns, each round in a fresh interpreter: until the application is there, memory, and pages
of a clerk of theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from statistics import median

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.access.roles import CLERK
from app.engine.actor import Actor
from app.registers.organisation import Office
from app.studio import publishing
from app.studio.schema import read
from tests.bench.server import everything, product
from tests.desk.definitions import DATA

KEYS = ("DATA_HASH_KEY", "DATA_CIPHER_KEY", "SECRET_KEY")
PAGES = {
    "home": ("/", None),
    "list": ("/hiring/query/list/", None),
    "search": ("/desk/find", {"q": "吸纳就业补贴"}),
}
ASKED = 15
SHIPPED = 3


def numbered(number: int) -> dict:
    """The made-up subsidy of the tests under another name."""
    data = deepcopy(DATA)
    letters = "".join(chr(65 + digit) for digit in divmod(number, 26))
    data |= {"code": f"bonus_{number}", "address": f"bonus_{number}", "prefix": f"Q{letters}"}
    for part in ("title", "short", "sheet"):
        data[part] = {"zh": f"{DATA[part]['zh']}{number}", "en": f"{DATA[part]['en']} {number}"}
    return data


@contextmanager
def installation(count: int) -> Iterator[dict[str, str]]:
    """The settings of a worker whose database has `count` programmes and one clerk."""
    with product() as (app, _):
        with everything(app) as session:
            for number in range(count - SHIPPED):
                publishing.install(session, read(numbered(number)), 1, date.min, date.max)
            office = session.query(Office).filter_by(code="510104").one()
            make_user(session, Actor.command(), "clerk", "陈小敏", office, [CLERK], PASSWORD)
        environ = {name: app.config[name] for name in KEYS}
        environ["DATABASE_URL"] = app.config["SQLALCHEMY_DATABASE_URI"]
        owner = {"DATABASE_OWNER_URL": app.config["DATABASE_OWNER_URL"]}
        prepare = [sys.executable, "-m", "flask", "--app", "app", "prepare"]
        subprocess.run(prepare, env=os.environ | environ | owner, check=True, stdout=subprocess.DEVNULL)
        yield environ


def worker() -> dict[str, float]:
    """Be a worker: seconds until the application is there, its memory, and of each page the median in ms and its kB."""
    begun = time.perf_counter()
    from app import create_app

    app = create_app({"WTF_CSRF_ENABLED": False})
    told = {"start, s": time.perf_counter() - begun}
    client = app.test_client()
    answer = client.post("/login/", data={"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    for name, (address, typed) in PAGES.items():
        taken = []
        for _ in range(ASKED):
            begun = time.perf_counter()
            answer = client.post(address, data=typed) if typed else client.get(address)
            taken.append(time.perf_counter() - begun)
            assert answer.status_code == 200, (address, answer.status_code)
        told[f"{name}, ms"], told[f"{name}, kB"] = median(taken) * 1000, len(answer.data) / 1024
    told["memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return told


def ask(environ: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.programmes", "--worker"]
    ran = subprocess.run(command, env=os.environ | environ, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(ran.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programmes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--worker", action="store_true", help="be the worker that is measured")
    asked = parser.parse_args()
    if asked.worker:
        print(json.dumps(worker()))
        return
    with installation(SHIPPED) as few, installation(asked.programmes) as many:
        rounds = [(ask(few), ask(many)) for _ in range(asked.rounds)]
    print(f"{'':12} {SHIPPED:>10} {asked.programmes:>10}   ratio (median of {asked.rounds} in turns)")
    for name in rounds[0][0]:
        base, ours = (median(one[side][name] for one in rounds) for side in (0, 1))
        print(f"{name:12} {base:10.1f} {ours:10.1f} {ours / base:7.2f}")


if __name__ == "__main__":
    main()
