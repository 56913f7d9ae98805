"""What must hold after every fault: each question finds the rows that are wrong, so its answer is nothing."""

from __future__ import annotations

from sqlalchemy import text

from app.engine.cases.states import LIVE
from app.engine.oversight import sealing
from tests.faults.product import Product, until

WRONG = {
    "a person stands twice in an application": """
        SELECT application_id, person_id FROM claims GROUP BY 1, 2 HAVING count(*) > 1""",
    "an import was done twice": """
        SELECT application_id FROM audit_entries WHERE event = 'import' GROUP BY 1 HAVING count(*) > 1""",
    "an import's rows are not its claims and failed rows": """
        SELECT e.application_id, e.after FROM audit_entries e WHERE e.event = 'import' AND (
            (e.after->>'passed')::int <> (SELECT count(*) FROM claims c WHERE c.application_id = e.application_id)
            OR (e.after->>'failed')::int <> (SELECT count(*) FROM failed_rows f WHERE f.application_id = e.application_id)
            OR (e.after->>'rows')::int <> (e.after->>'passed')::int + (e.after->>'failed')::int)""",
    "people without an import": """
        SELECT application_id FROM (SELECT application_id FROM claims WHERE programme <> 'training'
                                    UNION SELECT application_id FROM failed_rows) held
        WHERE application_id NOT IN (SELECT application_id FROM audit_entries WHERE event = 'import')""",
    "a place without its live claim, or a live claim without its place": f"""
        SELECT c.id, s.claim_id FROM (SELECT id FROM claims WHERE state IN {LIVE} AND programme <> 'training') c
        FULL JOIN slots s ON s.claim_id = c.id WHERE c.id IS NULL OR s.claim_id IS NULL""",
    "a claim was not judged once for its import": """
        SELECT c.id, count(k.id) FROM claims c LEFT JOIN checks k ON k.claim_id = c.id AND k.phase = 'check'
        WHERE c.programme <> 'training' GROUP BY 1 HAVING count(k.id) <> 1""",
    "a claim was not judged once for each move that asks for it": """
        SELECT coalesce(k.claim_id, m.row_id) FROM
            (SELECT claim_id, phase, count(*) AS n FROM checks WHERE phase <> 'check' GROUP BY 1, 2) k
        FULL JOIN
            (SELECT r.row_id, b.transition, count(*) AS n FROM batch_rows r JOIN batches b ON b.id = r.batch_id
             WHERE r.moved AND b.transition IN ('submit', 'approve', 'pass_publicity', 'list', 'disburse')
             GROUP BY 1, 2) m ON m.row_id = k.claim_id AND m.transition = k.phase
        WHERE k.n IS DISTINCT FROM m.n""",
    "a bulk action does not say what it moved": """
        SELECT b.id, b.transition FROM batches b
        LEFT JOIN LATERAL (SELECT count(*) AS n, coalesce(sum((after->>'amount')::numeric), 0) AS amount
                           FROM audit_entries WHERE batch_id = b.id AND event = b.transition) told ON true
        LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE moved) AS n, count(*) FILTER (WHERE moved IS NULL) AS open
                           FROM batch_rows WHERE batch_id = b.id) held ON true
        WHERE CASE WHEN b.ran_at IS NULL THEN told.n > 0 OR held.n > 0
              ELSE (b.moved, b.moved, b.moved_amount, 0) <> (told.n, held.n, told.amount, held.open) END""",
    "a move starts where the one before did not end": """
        SELECT claim_id, class_id, event FROM (
            SELECT claim_id, class_id, event, before->>'state' AS began,
                   lag(after->>'state') OVER (PARTITION BY claim_id, class_id ORDER BY id) AS ended
            FROM audit_entries WHERE batch_id IS NOT NULL) moves
        WHERE ended IS NOT NULL AND began <> ended""",
    "a claim is not where its last move left it": """
        SELECT c.id, c.state FROM claims c JOIN LATERAL (
            SELECT after->>'state' AS state FROM audit_entries
            WHERE claim_id = c.id AND batch_id IS NOT NULL ORDER BY id DESC LIMIT 1) last ON true
        WHERE c.state <> last.state""",
    "a payment list is not the sum of its claims": """
        SELECT l.number FROM payment_lists l JOIN batches b ON b.id = l.batch_id
        JOIN LATERAL (SELECT count(*) AS n, coalesce(sum(amount), 0) AS amount
                      FROM claims WHERE payment_list_id = l.id) held ON true
        WHERE l.dissolved_on IS NULL AND (b.moved, b.moved_amount) <> (held.n, held.amount)""",
    "what was paid is not what its bulk actions say": """
        SELECT paid.amount, told.amount FROM
            (SELECT coalesce(sum(amount), 0) AS amount FROM claims WHERE state = 'disbursed') paid,
            (SELECT coalesce(sum(moved_amount), 0) AS amount FROM batches WHERE transition = 'disburse') told
        WHERE paid.amount <> told.amount""",
    "a publicity without its notice": """
        SELECT c.id FROM claims c LEFT JOIN notices n ON n.id = c.notice_id
        WHERE c.state IN ('publicizing', 'publicized', 'disbursed') AND n.id IS NULL""",
}
UNDER_WAY = "SELECT count(*) FROM long_works WHERE state IN ('waiting', 'running')"
QUEUED = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'do_long_work' AND status IN ('todo', 'doing')"
)


def wrong(session) -> dict[str, list]:
    """What does not hold, with a few of the rows that show it."""
    found = {what: session.execute(text(question)).all()[:5] for what, question in WRONG.items()}
    return {what: rows for what, rows in found.items() if rows}


def check(product: Product) -> None:
    """All of it, and no work is left without a worker."""
    until(lambda: product.ask(UNDER_WAY) == 0 == product.ask(QUEUED), "works and their jobs to be over")
    with product.everything() as session:
        assert wrong(session) == {}
        vault = product.app.extensions["vault"]
        sealing.seal(session, vault)
        verdict = sealing.verify(session, vault)
        assert verdict.whole and verdict.tail == 0, verdict
