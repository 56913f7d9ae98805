"""`python -m tests.bench.plain_fab [--rows 10000] [--bulk 1000] [--people 50000]`: what Flask-AppBuilder's documentation shows.

A people sheet read by openpyxl, some ORM queries for each row, one `datamodel.add` for each; an `@action` that calls
`datamodel.edit` for each item. It stands beside the product's benchmarks as the other end of the scale: no evidence, no
encryption, no scope, no audit. Figures for more rows than were run are extrapolated by anyone who quotes them, and must say so.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from datetime import date

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_sqlalchemy import SQLAlchemy
from openpyxl import Workbook, load_workbook
from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Numeric, String, insert
from sqlalchemy.orm import relationship

from app.kernel.identifiers import citizen_id
from tests.bench import registers
from tests.bench.county import END, FIRST_MONTH, HOME, REGISTERED, START, TODAY
from tests.bench.places import database

CATEGORIES = ("unemployed", "stranded_migrant")


class PlainPerson(Model):
    __tablename__ = "plain_person"
    id = Column(Integer, primary_key=True)
    citizen_id = Column(String(18), unique=True, nullable=False)
    name = Column(String(100), nullable=False)


class PlainContribution(Model):
    __tablename__ = "plain_contribution"
    id = Column(Integer, primary_key=True)
    person_id = Column(Integer, ForeignKey("plain_person.id"), nullable=False, index=True)
    month = Column(Date, nullable=False)
    paid = Column(Boolean, nullable=False)


class PlainUnemployment(Model):
    __tablename__ = "plain_unemployment"
    id = Column(Integer, primary_key=True)
    person_id = Column(Integer, ForeignKey("plain_person.id"), nullable=False, index=True)
    registered_on = Column(Date, nullable=False)


class PlainClaim(Model):
    __tablename__ = "plain_claim"
    id = Column(Integer, primary_key=True)
    person_id = Column(Integer, ForeignKey("plain_person.id"), nullable=False, index=True)
    person = relationship(PlainPerson)
    category = Column(String(30))
    contract_start = Column(Date)
    contract_end = Column(Date)
    amount = Column(Numeric(12, 2))
    state = Column(String(20), index=True)


class PlainClaimView(ModelView):
    datamodel = SQLAInterface(PlainClaim)
    list_columns = ["person.name", "category", "contract_start", "amount", "state"]
    # else each page offers everybody in a picker: of 10^6 people no page comes within a minute
    search_columns = ["category", "contract_start", "amount", "state"]

    @action("approve", "Approve", "Approve all of them?", "fa-check", single=False)
    def approve(self, items):
        for item in items:
            item.state = "approved"
            self.datamodel.edit(item)
        self.update_redirect()
        return "done"


def passes(session, cells: tuple, today: date) -> PlainClaim | None:
    """One row judged as one would at first: a query for each question."""
    name, code, category, start, end = cells[:5]
    person = session.query(PlainPerson).filter_by(citizen_id=code).one_or_none()
    if person is None or person.name != name or not citizen_id.is_valid(code, today):
        return None
    if session.query(PlainClaim).filter_by(person_id=person.id).first():
        return None
    latest = (
        session.query(PlainContribution)
        .filter_by(person_id=person.id, paid=True)
        .filter(PlainContribution.month >= start.date())
        .order_by(PlainContribution.month.desc())
        .first()
    )
    registered = session.query(PlainUnemployment).filter_by(person_id=person.id).first()
    if latest is None or (category == CATEGORIES[0] and registered is None):
        return None
    return PlainClaim(
        person_id=person.id,
        category=category,
        contract_start=start.date(),
        contract_end=end.date(),
        amount=1000,
        state="submitted",
    )


def take_in(view: PlainClaimView, session, content: bytes) -> int:
    """The sheet's rows that pass, each added as the documentation adds one; returns how many."""
    added = 0
    for cells in load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True):
        claim = passes(session, cells, TODAY)
        if claim is not None:
            view.datamodel.add(claim)
            added += 1
    return added


def sheet(people: list, rows: int) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append(["name", "citizen_id", "category", "contract_start", "contract_end"])
    for n, person in enumerate(people[:rows]):
        page.append([person.name, person.citizen_id, CATEGORIES[n % 2], START, END])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_app(url: str) -> tuple[Flask, SQLAlchemy, PlainClaimView]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="plain", SQLALCHEMY_DATABASE_URI=url, FAB_ROLES={}, AUTH_ROLE_PUBLIC="Admin")
    db = SQLAlchemy(model_class=Model)
    db.init_app(app)
    own = [t for name, t in Model.metadata.tables.items() if name.startswith(("ab_", "plain_"))]
    with app.app_context():
        Model.metadata.create_all(
            db.engine, own
        )  # FAB would make the product's too, which share its metadata
        builder = AppBuilder(app, db.session)
        view = builder.add_view(PlainClaimView, "Claims")
    return app, db, view


def fill(session, people: list) -> None:
    session.execute(insert(PlainPerson), [{"citizen_id": p.citizen_id, "name": p.name} for p in people])
    ids = [row.id for row in session.query(PlainPerson.id).order_by(PlainPerson.id)]
    months = [FIRST_MONTH.replace(month=m) for m in range(FIRST_MONTH.month, 11)]
    paid = [{"person_id": i, "month": month, "paid": True} for i in ids for month in months]
    session.execute(insert(PlainContribution), paid)
    session.execute(
        insert(PlainUnemployment), [{"person_id": i, "registered_on": REGISTERED} for i in ids[::2]]
    )
    session.commit()


def main(rows: int, bulk: int, size: int) -> None:
    with database() as url:
        app, db, view = make_app(url)
        people = registers.residents(max(rows, bulk, size), HOME, TODAY)
        with app.app_context():
            fill(db.session, people)
            content = sheet(people, rows)
            start = time.perf_counter()
            added = take_in(view, db.session, content)
            taken = time.perf_counter() - start
            ids = [str(row.id) for row in db.session.query(PlainClaim.id).limit(bulk)]
        client = app.test_client()
        start = time.perf_counter()
        client.post("/plainclaimview/action_post", data={"action": "approve", "rowid": ids})
        approved = time.perf_counter() - start
        with app.app_context():
            moved = db.session.query(PlainClaim).filter_by(state="approved").count()
        if (added, moved) != (rows, len(ids)):
            raise SystemExit(f"plain FAB took {added} of {rows} and approved {moved} of {len(ids)}")
        facts = {"import_rows": rows, "import_s": taken, "bulk_rows": len(ids), "bulk_s": approved}
        print(
            f"plain FAB: {rows} rows checked and stored in {taken:.2f} s ({taken / rows * 1000:.2f} ms a row)"
        )
        print(
            f"plain FAB: {len(ids)} approved in {approved:.2f} s ({approved / len(ids) * 1000:.2f} ms a row)"
        )
        print(json.dumps(facts))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--bulk", type=int, default=1_000)
    options.add_argument("--people", type=int, default=50_000)
    chosen = options.parse_args()
    main(chosen.rows, chosen.bulk, chosen.people)
