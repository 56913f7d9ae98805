"""`python -m tests.bench.approve [--rows 10000]`: bulk approval through the browser's endpoints.

Beside it two floors: one UPDATE … RETURNING with one audit INSERT … SELECT; and the same with the rules as one
statement and their evidence stored, which is what approval owes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from sqlalchemy import func, select, text

from app.engine import rules
from app.engine.access.roles import CLERK, REVIEWER
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Check, Claim
from app.engine.casework import batch
from app.extensions import db
from tests.bench import fused
from tests.bench.county import TODAY, County
from tests.bench.measure import Clocks, Stopwatch
from tests.bench.server import everything, product
from tests.bench.worker import follow
from tests.desk.clerks import HiringDesk

RUNS = 3
OURS, RULED, BARE = "product", "floor with rules", "floor without rules"
ASK = f"CREATE TEMP TABLE asked ({fused.COLUMNS}) ON COMMIT DROP"
FILL = """
    INSERT INTO asked
    SELECT id, id, person_id, NULL, name, false, category, employer_id, insured_region, contract_start,
           contract_end, policy
    FROM claims WHERE application_id = :application AND state = 'submitted'
"""
CHECKS = f"""
    INSERT INTO checks (claim_id, phase, day, stops, warns, findings)
    SELECT row_id, 'approve', :today, stops, warns, findings FROM ({fused.JUDGE}) judged
"""
MOVE = """
    UPDATE claims SET state = 'approved', version = version + 1
    WHERE application_id = :application AND state = 'submitted' RETURNING id, amount
"""
AUDIT = """
    INSERT INTO audit_entries (event, actor_name, address, office_id, programme, application_id, claim_id,
                               before, after)
    SELECT 'approve', 'floor', 'local', office_id, programme, application_id, id,
           jsonb_build_object('state', 'submitted'), jsonb_build_object('state', state, 'amount', amount::text)
    FROM claims WHERE application_id = :application AND state = 'approved'
"""


def floor(application: int, *, ruled: bool) -> None:
    """The same moves by hand, in one transaction."""
    facts = {"application": application, "today": TODAY}
    if ruled:
        db.session.execute(text(ASK))
        db.session.execute(text(FILL), facts)
        db.session.execute(text("ANALYZE asked"))
        db.session.execute(text(rules.running.SORT_IN_MEMORY))
        db.session.execute(text(CHECKS), facts)
    db.session.execute(text(MOVE), facts).all()
    db.session.execute(text(AUDIT), facts)
    db.session.commit()


def submitted(county: County, rows: int) -> Iterator[int]:
    """Applications with all their claims submitted, other people in each."""
    clerk = county.staff("clerk", CLERK)
    for turn in range(3 * RUNS + 1):
        size = rows if turn else 10
        application = county.open(clerk)
        county.check(clerk, application, [county.typed(turn * rows + n) for n in range(size)])
        county.bank(clerk, application)
        chosen = select(Claim.id).where(Claim.application_id == application)
        county.move(clerk, "submit", county.session.scalars(chosen).all())
        county.session.commit()
        yield application


def approve(desk: HiringDesk, application: int) -> None:
    """The stage's whole filter, the dialog, the one run, by a worker's code where it is long; the result page is not waited for."""
    form = {"action": "approve", "query": f"application_id={application}", "rowid": [], "all": "0"}
    form |= {"rowid": str(application)}
    dialog = desk.post("/hiring/applications/action_post", form)
    desk.get(dialog)
    follow(desk, f"{dialog}/run", {})


def outcome(application: int) -> tuple:
    """State, checks and audit entries of an application's claims, counted."""
    claims = select(Claim.id).where(Claim.application_id == application, Claim.state == "approved")
    counted = select(func.count()).where(Check.claim_id.in_(claims), Check.phase == "approve")
    audited = select(func.count()).where(AuditEntry.claim_id.in_(claims), AuditEntry.event == "approve")
    wanted = (select(func.count()).select_from(claims.subquery()), counted, audited)
    return tuple(map(db.session.scalar, wanted))


def main(rows: int) -> None:
    with product() as (app, watch):
        with everything(app) as session:
            county = County.founded(session, app.extensions["vault"], (3 * RUNS + 1) * rows)
            county.staff("reviewer", REVIEWER)
            session.commit()
            small, *opened = list(submitted(county, rows))
        desk, clocks = HiringDesk(app, "reviewer"), Clocks()
        approve(desk, small)
        for place, name in ((batch, "prepare"), (batch, "run"), (rules, "judge")):
            clocks.wrap(place, name, f"{place.__name__.rpartition('.')[2]}.{name}")
        with app.app_context():
            engine = db.engine
        for _ in range(RUNS):
            ours, ruled, bare = (opened.pop() for _ in range(3))
            with clocks.counting(engine), watch.timing(OURS):
                approve(desk, ours)
            with everything(app):
                with watch.timing(RULED):
                    floor(ruled, ruled=True)
                with watch.timing(BARE):
                    floor(bare, ruled=False)
                found = [outcome(application) for application in (ours, ruled, bare)]
                if found != [(rows, rows, rows), (rows, rows, rows), (rows, 0, rows)]:
                    raise SystemExit(f"product and floor moved different claims: {found}")
        clocks.release()
        report(rows, watch, clocks)


def report(rows: int, watch: Stopwatch, clocks: Clocks) -> None:
    total = sum(watch.wall[OURS])
    print(f"approval of {rows} claims; {clocks.statements // RUNS} statements")
    for label in (OURS, RULED, BARE):
        print(watch.line(label))
    print("; ".join(f"{n} {s / RUNS:.2f} s ({s / total:.0%})" for n, s in clocks.seconds.items()))
    print(watch.ratio(OURS, RULED))
    print(watch.ratio(OURS, BARE))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    main(options.parse_args().rows)
