"""The payees of the accounts of release 0.5.0: their rows don't name one, but the cases that use them do."""

from __future__ import annotations

import logging

from sqlalchemy import column, select, table, text, update
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

ACCOUNTS = table("accounts", column("id"), column("employer_id"), column("person_id"))
USED = text("""
    SELECT used.account_id, min(used.employer_id) AS employer_id, min(used.payee_person_id) AS person_id,
           count(*) AS payees
    FROM (
        SELECT account_id, employer_id, payee_person_id FROM applications WHERE account_id IS NOT NULL
        UNION
        SELECT c.account_id, x.employer_id, x.payee_person_id
        FROM claims c JOIN applications x ON x.id = c.application_id WHERE c.account_id IS NOT NULL
    ) used JOIN accounts a ON a.id = used.account_id AND a.employer_id IS NULL AND a.person_id IS NULL
    GROUP BY used.account_id
""")
USES = USED.columns(column("account_id"), column("employer_id"), column("person_id"), column("payees")).cte(
    "uses"
)
FILL = (
    update(ACCOUNTS)
    .values(employer_id=USES.c.employer_id, person_id=USES.c.person_id)
    .where(ACCOUNTS.c.id == USES.c.account_id, USES.c.payees == 1)
)
UNCLEAR = select(USES.c.account_id).where(USES.c.payees > 1)


def fill_payees(session: Session) -> frozenset[int]:
    """Name the payee of each account that names none and is used; return the ids of those used for several, which stay.

    An account that nothing uses any more names nobody for good. Needs the rights of the database's owner.
    """
    session.execute(FILL)
    unclear = frozenset(session.scalars(UNCLEAR))
    if unclear:
        log.error("accounts used for several payees are left as they are: %s", sorted(unclear))
    session.commit()
    return unclear
