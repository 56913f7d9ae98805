"""`python -m tests.bench.offer [--people 1000000]`: the students that a class offers while somebody types.

People and three months of contributions are made by SQL: one employer of 5,000, the others of 50. Beside each way of
typing stands a floor: one look-up of a person by its key.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from sqlalchemy import select, text

from app.engine.scope import Scope
from app.extensions import db
from app.kernel.identifiers import citizen_id
from app.programmes.training.classes.editing import offer_people
from app.registers.models import Person
from tests.bench.server import everything, product

TODAY, REGION = date(2026, 11, 23), "510104"
LARGE, SMALL = 5_000, 50
RUNS = 20
EMPLOYERS = """
    INSERT INTO employers (uscc, unit_no, name, kind, scale, region_code)
    SELECT '91510104' || to_char(n, 'FM0000000000'), 'U' || n, '企业' || n, 'enterprise', 'small', :region
    FROM generate_series(0, :employers) n
"""
PEOPLE = """
    INSERT INTO persons (id_hash, id_cipher, head4, last4, name, name_folded, region_code)
    SELECT sha256(n::text::bytea), '\\x00', '5101', to_char(mod(n::bigint * 7919, 10000), 'FM0000'), name, name, :region
    FROM generate_series(1, :people) n,
         LATERAL (SELECT substr('王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗', 1 + mod(n, 20), 1)
                      || substr('伟芳娜敏静丽强磊军洋艳勇杰娟涛超霞平刚玲', 1 + mod(n / 20, 20), 1)
                      || substr('国建文明华志秀春海云', 1 + mod(n / 400, 10), 1) AS name) named
"""
CONTRIBUTIONS = """
    INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)
    SELECT p.id, first.id + CASE WHEN p.n <= :large THEN 0 ELSE 1 + (p.n - :large - 1) / :small END,
           :region, month, true
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM persons) p,
         (SELECT min(id) AS id FROM employers) first,
         unnest(ARRAY[DATE '2026-08-01', DATE '2026-09-01', DATE '2026-10-01']) month
"""


def found_county(session, vault, people: int) -> tuple[int, int, str]:
    """(the large employer, a small one, the whole id of somebody at the large one)."""
    facts = {"region": REGION, "large": LARGE, "small": SMALL}
    session.execute(text(EMPLOYERS), {**facts, "employers": people // SMALL})
    session.execute(text(PEOPLE), {**facts, "people": people})
    session.execute(text(CONTRIBUTIONS), facts)
    first17 = "51010419880618293"
    whole = first17 + citizen_id.check_digit(first17)
    one = session.scalars(select(Person).order_by(Person.id).limit(1)).one()
    one.id_hash, one.last4 = vault.hash(whole), whole[-4:]
    large = session.scalar(text("SELECT min(id) FROM employers"))
    return large, large + 100, whole


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """(median, worst) of some runs, in milliseconds."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken), max(taken)


def main(people: int) -> None:
    with product() as (app, _):
        vault = app.extensions["vault"]
        with everything(app) as session:
            large, small, whole = found_county(session, vault, people)
        with app.app_context():
            session = db.session
            session.info["scope"] = Scope.everything()
            by_key = select(Person.id).where(Person.id_hash == vault.hash(whole))
            floor, _ = timed(lambda: session.scalar(by_key))
            print(f"{people} people, {people * 3} contributions; a look-up by key: {floor:.2f} ms")
            for place, employer in ((f"employer of {LARGE}", large), (f"employer of {SMALL}", small)):
                for way, typed in (
                    ("whole id", whole),
                    ("last four", whole[-4:]),
                    ("two characters", "王伟"),
                ):
                    middle, worst = timed(
                        lambda e=employer, t=typed: offer_people(session, vault, e, t, TODAY)
                    )
                    found = len(offer_people(session, vault, employer, typed, TODAY))
                    print(
                        f"{place}, {way}: median {middle:.1f} ms, worst {worst:.1f} ms,"
                        f" {middle / floor:.1f} times the look-up; {found} offered"
                    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    main(options.parse_args().people)
