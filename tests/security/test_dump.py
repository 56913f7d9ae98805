"""Who steals a dump, or the disk, without the key learns no citizen id, phone or account: all of it is searched."""

from __future__ import annotations

import io
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from app.demo.identities import make_id
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Claim
from app.engine.casework.objections import Objection
from app.engine.keys.rotation import sealed_columns
from app.engine.scope import Scope
from app.extensions import db
from app.programmes.training.model import TrainingClass
from app.registers.ciphers import bytes_of
from app.registers.models import Person
from app.server.database import SUPERUSER
from app.web.longwork import works as web_works
from tests.desk.clerks import HiringDesk
from tests.desk.days import month
from tests.desk.jobs import run_jobs
from tests.security.cases import CASES_DAY, PDF

RUN = re.compile(rb"[0-9]{11,}[Xx]?")
LENGTHS = (11, 18, 19)
MARK = "留痕检索标记"
KEYS = "secrets"


def revealed(content: bytes, secrets: frozenset[bytes]) -> set[bytes]:
    """Which secrets stand in some bytes: every run of digits is looked at through windows of their lengths."""
    found = set()
    for run in RUN.findall(content):
        windows = (run[at : at + n].upper() for n in LENGTHS for at in range(len(run) - n + 1))
        found |= secrets.intersection(windows)
    return found


@pytest.fixture
def typed(cases_app, known, demo_files, monkeypatch) -> frozenset[bytes]:
    """Numbers of nobody else, typed by a clerk wherever something can be typed, and uploaded in a paper."""
    luck = random.Random(20261130)
    whole, phone, account = (
        make_id(luck, CASES_DAY),
        f"199{luck.randrange(10**8):08}",
        "62284804" + str(luck.randrange(10**10, 10**11)),
    )
    said = f"{MARK} 证{whole}，电话{phone}，卡{account}"
    clerk = HiringDesk(cases_app, "clerk")
    application = known.programmes["hiring_subsidy"]["applications"][0]
    paper = {"kind": "contract", "file": (io.BytesIO(PDF + said.encode()), f"{whole}.pdf")}
    clerk.post(f"/hiring/applications/attach/{application}", paper)
    draft = known.claims["draft"][0]
    with cases_app.app_context():
        db.session.info["scope"] = Scope.everything()
        own = db.session.get(Claim, draft).application_id
    bank = clerk.account(str(own), bank_name=f"某行 {said}"[:100], number=account)
    clerk.post(f"/hiring/applications/account/{own}", bank)
    row = {
        "name": "某人",
        "citizen_id": whole,
        "phone": phone,
        "remark": said,
        "contract_start": str(month(3)),
    }
    clerk.post(f"/hiring/applications/person/{own}", {**row, "category": "登记失业半年以上人员"})
    clerk.act("query", "withdraw", [str(draft)], reason=said)
    objection = {"raised_on": str(CASES_DAY), "raised_by": said, "contact": phone, "content": said}
    clerk.post(f"/objections/add/{known.claims['publicizing'][1]}", objection)
    clerk.post("/desk/search", {"view": "HiringQueryView", "person": whole, "keep_as": said[:30]}, expect=303)
    clerk.client.get(f"/hiring/query/list/?person={whole}")
    cases_app.test_client().post("/login/", data={"username": phone, "password": account})
    _long_works(cases_app, clerk, whole, own, demo_files / "2-mixed.xlsx", monkeypatch)
    return frozenset(number.encode() for number in (whole, phone, account))


def _long_works(app, clerk: HiringDesk, whole: str, own: int, sheet: Path, monkeypatch) -> None:
    """A list that a worker has made, and a sheet that still waits for one: both keep what came with them."""
    monkeypatch.setattr(web_works, "AT_ONCE", -1)
    address = clerk.post("/desk/exports/start", {"view": "HiringQueryView", "query": f"person={whole}"}, 303)
    run_jobs(app)
    assert "文件已生成" in clerk.get(address)
    clerk.check(str(own), sheet, expect=303)


def everybody(app) -> frozenset[bytes]:
    """All ids, phones, accounts and contacts that the database holds, read with the key."""
    vault = app.extensions["vault"]
    sealed = (
        Person.id_cipher,
        Person.phone_cipher,
        Claim.phone_cipher,
        Account.number_cipher,
        Objection.contact_cipher,
        TrainingClass.contact_phone_cipher,
    )
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        rows = [
            (row, c) for c in sealed for row in db.session.scalars(select(c.class_).where(c.is_not(None)))
        ]
        return frozenset(bytes_of(vault, row, column) for row, column in rows)


def files(folder: Path) -> Iterator[Path]:
    """Everything below a data directory but the keys."""
    for path in folder.rglob("*"):
        if path.is_file() and KEYS not in path.relative_to(folder).parts:
            yield path


def test_a_dump_and_the_data_directory_reveal_nobody(cases_app, known, typed, cluster):
    secrets = everybody(cases_app)
    assert typed <= secrets | typed and len(secrets) > 300
    dump = _dump(cluster)
    assert MARK.encode() in dump and revealed(dump, secrets | typed) == set()
    with cluster.server._superuser(SUPERUSER) as connection:
        connection.execute("CHECKPOINT")
        (place,) = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = %s", [make_url(cluster.urls.owner).database]
        ).fetchone()
    own, marked = cluster.server.pgdata / "base" / str(place), False
    for path in files(cluster.server.data_dir):
        content = path.read_bytes()
        wanted = secrets | typed if own in path.parents else typed
        assert revealed(content, wanted) == set(), path
        marked = marked or MARK.encode() in content
    assert marked, "the files that were searched hold what was typed"


def test_the_search_would_find_a_number_in_clear(cases_app, typed, cluster):
    """What it must not find is found once it is there, in the dump and in the files."""
    number = sorted(typed)[0]
    assert revealed(b"x" + number + b"1 2", typed) == {number}
    with cases_app.app_context():
        db.session.execute(
            text("UPDATE claims SET remark = :number WHERE id = 1"), {"number": number.decode()}
        )
        db.session.commit()
    assert revealed(_dump(cluster), typed) == {number}


def test_every_sealed_column_was_filled(cases_app, known, typed):
    """Else the search would say nothing of it."""
    with cases_app.app_context():
        counts = {
            f"{name}.{column.name}": db.session.scalar(select(column).where(column.is_not(None)).limit(1))
            for name, columns in sealed_columns().items()
            for column in columns
        }
    assert [name for name, held in counts.items() if held is None] == []


def _dump(cluster) -> bytes:
    """What `pg_dump` of the product's own database says."""
    program = cluster.server._wheel.bin_path / "pg_dump"
    url = make_url(cluster.urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([program, url], check=True, capture_output=True).stdout
