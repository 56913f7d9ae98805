"""What deploy/ says of the schema holds for the schema."""

import re
from pathlib import Path

from app.engine.models import METADATA

BEYOND = (Path(__file__).resolve().parent.parent / "deploy/beyond-one-primary.md").read_text(encoding="utf-8")
DISTRIBUTED, REST = BEYOND.split("## 引用表")
KEYED = {"id", "id_hash", "person_id", "claim_id"}


def named(text: str) -> set[str]:
    """What stands in backquotes as a table would, once its columns are left out."""
    return set(re.findall(r"`([a-z_]+)`", text)) - KEYED


def test_every_table_has_one_place_on_paper(application):
    assert named(DISTRIBUTED) | named(REST) == set(METADATA.tables)
    assert named(DISTRIBUTED) & named(REST) == set()


def test_what_knows_a_person_goes_with_the_person(application):
    of_a_person = {name for name, table in METADATA.tables.items() if "person_id" in table.columns}
    # they pay a person or a unit, and applications, which lie on every node, point at them
    payees = {"accounts", "account_corrections"}
    assert of_a_person - payees <= named(DISTRIBUTED)
