"""Every address by every role, in the cases' own county and in another: what `permissions` allows, and nothing else.

In its own county a role reads with the ids of real cases and sends forms about ids that nobody has, so that the walk
itself changes nothing; from another county everything is tried with the ids of real cases. The whole product, with
offices above and below the county and every method, is run by `pytest -m soak`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.access import roles
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG, Desk
from tests.security.addresses import CHANGES_THE_SESSION, address, filled, table_of
from tests.security.cases import ADMIN_B, BUSINESS, digest, found_in
from tests.security.permissions import LOGGED_IN, addresses, at_reception, moves, routes

OWN = {role: role for role in LOGGED_IN.split()}
OTHER = {role: f"{role}_b" for role in BUSINESS} | {"county_admin": ADMIN_B}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OF_THE_REGION = {"persons", "employers", "contributions", "unemployment", "transfers"}
"""Registers belong to a region, so an office below the county's, in the same region, sees them."""
KEYLESS = (401, 429)
"""What the API says to a login without a key: that it needs one, or that it has asked too often."""
LEVELS = {"below": False, "prefecture": True, "province": True}
"""Where further offices stand → whether the county's cases are theirs to see."""
PLACES = {"below": "51010401", "school": "510104001", "prefecture": "510100", "province": "510000"}


class Walk:
    """One login's way through all addresses; `wrong` collects what the table does not say, `count` the combinations."""

    def __init__(
        self,
        app,
        known,
        username: str,
        role: str,
        within: bool,
        shown: frozenset[str] = frozenset(),
        table: Mapping | None = None,
    ):
        self.table = routes(app) if table is None else table
        self.app, self.known, self.role, self.within, self.shown = app, known, role, within, shown
        self.client = Desk(app, username).client
        self.wrong, self.count = {}, 0

    def addresses(self) -> None:
        """Each address by its own method."""
        table = self.table
        for method, rule, endpoint in addresses(self.app):
            if (method, rule) in table and rule not in CHANGES_THE_SESSION:
                self._ask(method, method, rule, endpoint, table[method, rule])

    def methods(self) -> None:
        """Each address by every method: HEAD is a GET, what a rule does not know is refused."""
        table = self.table
        known = {(method, rule): endpoint for method, rule, endpoint in addresses(self.app)}
        for rule, endpoint in {rule: endpoint for (_, rule), endpoint in known.items()}.items():
            for verb in METHODS if rule not in CHANGES_THE_SESSION else ():
                method = "GET" if verb == "HEAD" else verb
                if (method, rule) in table:
                    self._ask(verb, method, rule, endpoint, table[method, rule])
                elif (method, rule) not in known:
                    answer = self.client.open(address(rule), method=verb)
                    self._note(
                        verb, rule, answer, verb == "OPTIONS" or answer.status_code in (404, 405, *KEYLESS)
                    )

    def moves(self) -> None:
        """Each move on the other county's rows: the role that may make it finds nothing to move."""
        rows = [str(i) for ids in self.known.claims.values() for i in ids]
        for (rule, move), role in moves(self.app).items():
            answer = self.client.post(rule, data={"action": move, "rowid": rows})
            self._note(move, rule, answer, answer.status_code == (302 if role == self.role else 403))

    def _ask(self, verb: str, method: str, rule: str, endpoint: str, allowed: frozenset[str]) -> None:
        real = filled(self.app, self.known, method, rule, endpoint)[:1]
        use = real if not self.within or method == "GET" else []
        answer = self.client.open((use or [address(rule)])[0], method=verb)
        hidden = use and not self.within and table_of(self.app, endpoint) not in self.shown
        self._note(verb, rule, answer, self._as_the_table_says(answer.status_code, allowed, bool(hidden)))

    def _as_the_table_says(self, status: int, allowed: frozenset[str], hidden: bool) -> bool:
        if "nobody" in allowed:
            return status in (403, 404)
        if "keys" in allowed:
            return status in KEYLESS
        if not allowed & {self.role, "everybody"}:
            return status == 403
        return status in (403, 404) if hidden else status != 403

    def _note(self, verb: str, rule: str, answer, right: bool) -> None:
        self.count += 1
        leaked = not self.within and not self.shown and found_in(answer, self.known.secrets)
        if not right or answer.status_code >= 500 or leaked:
            self.wrong[verb, rule] = answer.status_code, leaked, answer.request.path


@pytest.mark.parametrize("role", OWN)
def test_a_role_reaches_in_its_county_what_the_table_says(cases_app, known, role, record_property):
    walk = Walk(cases_app, known, OWN[role], role, within=True)
    walk.addresses()
    record_property("combinations", walk.count)
    assert walk.wrong == {}


@pytest.mark.parametrize("role", OTHER)
def test_a_role_reaches_nothing_of_another_county(cases_app, known, role, record_property):
    walk = Walk(cases_app, known, OTHER[role], role, within=False)
    before = digest(cases_app)
    walk.addresses()
    walk.moves()
    record_property("combinations", walk.count)
    assert walk.wrong == {}
    assert digest(cases_app) == before


@pytest.mark.parametrize("granted", ["what it takes in", "all that a clerk may"])
def test_a_clerk_below_the_county_reaches_nothing_that_was_not_taken_in_there(
    cases_app, known, granted, monkeypatch, record_property
):
    """Where the permissions of every clerk held, its scope alone would hide the county's cases and registers."""
    (username,) = _logins_at(cases_app, "school", ("clerk",)).values()
    table = at_reception(cases_app)
    if granted == "all that a clerk may":
        every = {pair for pair, reach in roles.GRANTS.items() if roles.CLERK in reach}
        monkeypatch.setattr(roles, "RECEPTION", every)
        table = None
    walk = Walk(cases_app, known, username, "clerk", within=False, table=table)
    before = digest(cases_app)
    walk.addresses()
    if table is None:
        walk.moves()
    record_property("combinations", walk.count)
    assert walk.wrong == {}
    assert digest(cases_app) == before


@pytest.mark.soak
@pytest.mark.parametrize("place", ["own", "other", *LEVELS])
def test_every_method_of_every_address_by_every_role_at_every_level(cases_app, known, place, record_property):
    logins = {"own": OWN, "other": OTHER}.get(place) or _logins_at(cases_app, place)
    within = LEVELS.get(place, place == "own")
    shown = frozenset(OF_THE_REGION) if place == "below" else frozenset()
    wrong, count = {}, 0
    for role, username in logins.items():
        walk = Walk(cases_app, known, username, role, within, shown)
        walk.methods()
        count += walk.count
        wrong |= {(role, *key): found for key, found in walk.wrong.items()}
    record_property("combinations", count)
    assert wrong == {}


def _logins_at(app, place: str, held: Sequence[str] = BUSINESS) -> dict[str, str]:
    """role → a login with it in an office at that place, which is made where there is none."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        office = db.session.scalar(select(Office).where(Office.code == PLACES[place])) or _office_below(place)
        for role in held:
            username = f"{role}_{place}"
            if db.session.scalar(select(User.id).where(User.username == username)) is None:
                make_user(db.session, Actor.command(), username, "田多级", office, [role], PASSWORD)
        db.session.commit()
    return {role: f"{role}_{place}" for role in held}


def _office_below(place: str) -> Office:
    county = db.session.scalars(select(Office).where(Office.code == JINJIANG)).one()
    code = PLACES[place]
    office = Office(
        code=code,
        name="锦江区春熙路服务站",
        kind="school" if place == "school" else None,
        region_code=JINJIANG,
        parent_id=county.id,
        path=f"{county.path}{code}/",
    )
    db.session.add(office)
    db.session.flush()
    return office
