"""One county with its three people at their desks, and folk of whom each stands in one application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.engine.access.roles import CASHIER, CLERK, REVIEWER
from app.extensions import db
from tests.bench import registers
from tests.bench.county import HOME, NEIGHBOUR, SINCE, UNTIL, County
from tests.bench.server import everything
from tests.faults.desk import DistantDesk
from tests.faults.product import Product

PEOPLE = {"clerk": CLERK, "reviewer": REVIEWER, "cashier": CASHIER}


@dataclass
class Office:
    """Whom the cases are about, and who does them."""

    product: Product
    county: County
    desks: dict[str, DistantDesk]
    taken: int = 0

    @classmethod
    def founded(cls, product: Product, folk: int) -> Office:
        """What its registers cover reaches past the publicity."""
        with everything(product.app) as session:
            county = County.founded(session, product.app.extensions["vault"], folk)
            for kind in registers.DATED + registers.UNDATED:
                registers.cover(session, kind, [HOME, NEIGHBOUR], SINCE, UNTIL + timedelta(days=60))
            for username, role in PEOPLE.items():
                county.staff(username, role)
        with product.app.app_context():
            db.engine.dispose()
        return cls(product, county, {name: DistantDesk(product.address, name) for name in PEOPLE})

    def folk(self, count: int) -> list[dict[str, str]]:
        """The cells of people who stand in no application yet."""
        first, self.taken = self.taken, self.taken + count
        return [self.county.typed(number) for number in range(first, self.taken)]
