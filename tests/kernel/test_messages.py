from datetime import date
from decimal import Decimal

from app.kernel.errors import BadSheet, BadValue, DomainError, NotFound, Refused
from app.kernel.messages import N_, Message


def test_str_is_the_chinese_sentence():
    assert str(Message(N_("第 {row} 行没有填写，请补填。"), row=3)) == "第 3 行没有填写，请补填。"


def test_a_translation_keeps_the_facts():
    message = Message("共 {count} 人", count=2)
    assert message.text({"共 {count} 人": "{count} people"}.__getitem__) == "2 people"


def test_json_round_trip_makes_params_strings_and_keeps_the_sentence():
    message = Message("{on} 发放 {amount} 元", on=date(2026, 3, 1), amount=Decimal("1000.00"))
    stored = message.as_json()
    assert stored == {
        "msgid": "{on} 发放 {amount} 元",
        "params": {"on": "2026-03-01", "amount": "1000.00"},
    }
    assert str(Message.from_json(stored)) == str(message) == "2026-03-01 发放 1000.00 元"


def test_equal_messages_are_one_in_a_set():
    assert len({Message("{n}", n=1), Message("{n}", n=1), Message("{n}", n=2)}) == 2


def test_braces_in_a_fact_stay_text():
    assert str(Message("姓名{name}", name="{0.__class__}")) == "姓名{0.__class__}"


def test_a_fact_may_be_called_msgid():
    assert str(Message("{msgid}", msgid="a")) == "a"


def test_errors_carry_their_message():
    error = Refused("{who} 已审核", who="张三")
    assert error.message == Message("{who} 已审核", who="张三")
    assert str(error) == "张三 已审核"
    assert all(issubclass(kind, DomainError) for kind in (Refused, NotFound, BadSheet, BadValue))
