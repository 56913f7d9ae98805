"""The name of the place that a ciphertext is bound to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.engine.cases.claims import Attachment, Claim
from app.engine.models import METADATA
from app.registers.ciphers import Cipher, place
from app.registers.models import Person

parts = some.none() | some.binary(max_size=6) | some.text(max_size=6) | some.integers(0, 300)


@given(one=some.tuples(parts, parts), other=some.tuples(parts, parts))
def test_no_two_rows_of_values_have_one_place(one, other):
    def of(values):
        return place(Claim.phone_cipher, row_key=values[0], application_id=values[1])

    def written(value):
        return value if value is None or isinstance(value, bytes) else str(value).encode()

    same = [written(value) for value in one] == [written(value) for value in other]
    assert (of(one) == of(other)) == same


def test_table_and_column_are_told_apart():
    own = {"row_key": "k", "application_id": 1}
    assert place(Claim.phone_cipher, **own) != place(Attachment.content, **own)
    assert place(Person.id_cipher, id_hash=b"h") != place(Person.phone_cipher, id_hash=b"h")


def test_a_value_that_binds_cannot_be_left_out():
    with pytest.raises(KeyError):
        place(Claim.phone_cipher, row_key="k")


def test_every_ciphertext_is_bound_to_columns_of_its_own_table():
    for table in METADATA.tables.values():
        for column in table.columns:
            if isinstance(column.type, Cipher):
                assert column.type.bound_to, f"{table.name}.{column.name} could be moved unseen"
                assert set(column.type.bound_to) <= set(table.columns.keys())
