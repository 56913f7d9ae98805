"""`python -m tests.bench.plain_lists [--claims 1000000] [--clients 8]`: the list pages that Flask-AppBuilder makes by default.

As its documentation shows them, on gunicorn with 2 workers and no other work to do: no login, no scope, no evidence.
The other end of the scale for `tests.bench.lists`.
"""

from __future__ import annotations

import argparse
import os
from statistics import median, quantiles
from urllib.parse import urlencode

from flask import Flask
from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import text

from tests.bench.lists import TURNS, Client, asked_at_once, gunicorn
from tests.bench.places import database
from tests.bench.plain_fab import PlainPerson, make_app

URL = "PLAIN_FAB_URL"
FACTORY = "tests.bench.plain_lists:create_app()"
CLAIMS, PEOPLE = "/plainclaimview/list/", "/plainpersonview/list/"
FILL = (
    """INSERT INTO plain_person (citizen_id, name)
       SELECT to_char(n, 'FM000000000000000000'), substr('王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗', 1 + mod(n, 20), 1)
           || substr('伟芳娜敏静丽强磊军洋艳勇杰娟涛超霞平刚玲', 1 + mod(n / 20, 20), 1)
           || substr('国建文明华志秀春海云', 1 + mod(n / 400, 10), 1)
       FROM generate_series(1, :claims) n""",
    """INSERT INTO plain_claim (person_id, category, contract_start, contract_end, amount, state)
       SELECT id, 'unemployed', DATE '2026-03-01', DATE '2027-02-28', 1000,
              CASE WHEN mod(id, 3) = 0 THEN 'withdrawn' ELSE 'draft' END FROM plain_person""",
    "ANALYZE",
)


class PlainPersonView(ModelView):
    datamodel = SQLAInterface(PlainPerson)
    list_columns = ["name", "citizen_id"]


def create_app() -> Flask:
    """What gunicorn serves."""
    app, db, _ = make_app(os.environ[URL])
    with app.app_context():
        app.appbuilder.add_view(PlainPersonView, "People")
    app.add_url_rule("/bare", view_func=lambda: "here")
    return app


def main(claims: int, count: int) -> None:
    with database() as url:
        app, db, view = make_app(url)
        with app.app_context():
            for statement in FILL:
                db.session.execute(text(statement), {"claims": claims} if ":claims" in statement else {})
            db.session.commit()
            last = (claims - 1) // view.page_size
            db.engine.dispose()
        with gunicorn(FACTORY, {URL: url}) as address:
            clients = [Client(address) for _ in range(count)]
            for way, path in {
                "a bare page": "/bare",
                "first page": CLAIMS,
                "last page": f"{CLAIMS}?page_PlainClaimView={last}",
                "one state": f"{CLAIMS}?" + urlencode({"_flt_0_state": "withdrawn"}),
                "people, by name": f"{PEOPLE}?" + urlencode({"_flt_2_name": "王伟国"}),
            }.items():
                taken = [one for _ in range(TURNS) for one in asked_at_once(clients, path)]
                middle, p95 = median(taken), quantiles(taken, n=20)[-1]
                print(f"plain FAB: {way:32} median {middle:7.1f} ms, p95 {p95:7.1f} ms")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=int, default=1_000_000)
    options.add_argument("--clients", type=int, default=8)
    chosen = options.parse_args()
    main(chosen.claims, chosen.clients)
