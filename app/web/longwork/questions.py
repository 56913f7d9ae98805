"""What must be asked before a sheet is taken in: a sentence, the rows that it is about, and what checking one means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from app.kernel.messages import N_, Message

SHOWN = 200


@dataclass(frozen=True)
class QuestionRow:
    """One row of a question: the key of what it is about, and its cells."""

    key: str
    cells: list[str]


@dataclass(frozen=True)
class Question:
    """`check` says what a checked row means, `none` and `all` what the buttons for all rows do; titles are msgids."""

    sentence: Message
    headers: list[str]
    lines: list[QuestionRow]
    check: str
    none: str
    all: str

    def as_json(self) -> str:
        lines = [asdict(line) for line in self.lines]
        return json.dumps({**vars(self), "sentence": self.sentence.as_json(), "lines": lines})

    @classmethod
    def from_json(cls, stored: str) -> Question:
        facts = json.loads(stored)
        lines = [QuestionRow(**line) for line in facts.pop("lines")]
        return cls(**{**facts, "sentence": Message.from_json(facts["sentence"]), "lines": lines})

    def answered(self, choice: str, checked: Iterable[str]) -> str:
        """Return what a work is asked with: every key → whether it is checked. Only `all` checks what the page did not show."""
        wanted = set(checked)
        return json.dumps(
            {line.key: choice == "all" or (choice == "checked" and line.key in wanted) for line in self.lines}
        )


NAMED = 10
"""How many people a question names in its sentence; all of them stand below it."""


def who_stays(gone: Sequence[QuestionRow], headers: Sequence[str]) -> Question:
    """Ask whether people who are missing from a list stay, one line each that begins with the name."""
    sentence = (
        N_("这份名单比系统中的少了{count}人：{names}。请选择这些人是保留，还是移出。")
        if len(gone) <= NAMED
        else N_("这份名单比系统中的少了{count}人：{names}等。请选择这些人是保留，还是移出。")
    )
    names = "、".join(line.cells[0] for line in gone[:NAMED])
    return Question(
        Message(sentence, count=len(gone), names=names),
        headers=[N_("姓名"), N_("公民身份号码"), *headers],
        lines=list(gone),
        check=N_("移出"),
        none=N_("全部保留"),
        all=N_("全部移出"),
    )


def what_was_chosen(gone: int, out: int) -> list[Message]:
    """Return the note about people who were missing from a list."""
    note = Message(N_("名单中没有的人，移出{out}人，保留{stay}人。"), out=out, stay=gone - out)
    return [note] if gone else []
