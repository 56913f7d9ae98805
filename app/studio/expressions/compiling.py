"""An expression as SQL: names become columns, literals are bound, kinds are checked, faults have a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lark import Token, Tree
from sqlalchemy import ColumnElement, and_, cast, literal, literal_column, not_, null, or_

from app.kernel.messages import N_, Message, Param
from app.studio.expressions import arithmetic
from app.studio.expressions.expression import Expression, Inquiry
from app.studio.expressions.fault import Fault, nearest
from app.studio.expressions.functions import BY_WORD, PARAMETER, Function
from app.studio.expressions.grammar import parse
from app.studio.expressions.kind import Kind
from app.studio.expressions.vocabulary import Lookup, Name, Vocabulary

LONGEST_NUMBER, MANY = 20, 2
SHIFTED = {Kind.DATE: arithmetic.add_days, Kind.MONTH: arithmetic.add_months}
APART = {Kind.DATE: arithmetic.days_between, Kind.MONTH: arithmetic.months_between}
COMPARING: Mapping[str, Callable[[ColumnElement, ColumnElement], ColumnElement]] = {
    "=": lambda one, other: one == other,
    "≠": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "≤": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "≥": lambda one, other: one >= other,
}
SIGNS = {"==": "=", "＝": "=", "!=": "≠", "<>": "≠", "<=": "≤", ">=": "≥", "＜": "<", "＞": ">"}
MINUS = ("-", "−", "－")
TIMES = ("*", "×")


@dataclass(frozen=True)
class Term:
    """A part of an expression; `name` where it is one name, `text` where it is one text that was written."""

    kind: Kind
    sql: ColumnElement
    place: int
    length: int
    name: Name | None = None
    text: str | None = None


def compile_expression(written: str, vocabulary: Vocabulary, wanted: Kind) -> Expression:
    """Compile an expression whose value is of a kind. Raises Fault with the place of what is wrong."""
    compiler = Compiler(vocabulary)
    term = compiler.term(parse(written))
    if term.kind != wanted:
        wrong = N_("这个表达式得到的是{kind}，这里需要{wanted}。")
        raise Fault(
            Message(wrong, kind=Message(term.kind.label), wanted=Message(wanted.label)), 0, len(written)
        )
    return Expression(written, term.sql, term.kind, compiler.names, tuple(compiler.inquiries.values()))


class Compiler:
    """Makes a tree a term, and keeps which names it read and what it asked; a method for each branch of the grammar."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.names: dict[str, Name] = {}
        self.inquiries: dict[Tree, Inquiry] = {}

    def term(self, tree: Tree) -> Term:
        return getattr(self, f"_{tree.data}")(tree)

    def _either(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, or_(*self._conditions(tree)))

    def _both(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, and_(*self._conditions(tree)))

    def _negated(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, not_(*self._conditions(tree)))

    def _conditions(self, tree: Tree) -> list[ColumnElement]:
        return [self._fits(self.term(part), frozenset({Kind.YES_NO})).sql for part in branches(tree)]

    def _compared(self, tree: Tree) -> Term:
        left, right = branches(tree)
        sign = next(str(part) for part in tree.children if isinstance(part, Token))
        one, other = self._alike(self.term(left), self.term(right))
        sign = SIGNS.get(sign, sign)
        if one.kind in (Kind.TEXT, Kind.YES_NO) and sign not in ("=", "≠"):
            raise _fault(N_("{kind}只能用 = 和 ≠ 比较。"), one, kind=Message(one.kind.label))
        return _term(tree, Kind.YES_NO, COMPARING[sign](one.sql, other.sql))

    def _among(self, tree: Tree) -> Term:
        value, *offered = (self.term(part) for part in branches(tree))
        values = [self._alike(value, one)[1].sql for one in offered]
        return _term(tree, Kind.YES_NO, value.sql.in_(values))

    def _not_among(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, not_(self._among(tree).sql))

    def _added(self, tree: Tree) -> Term:
        one, other = (self.term(part) for part in branches(tree))
        minus = str(next(part for part in tree.children if isinstance(part, Token))) in MINUS
        kinds = (one.kind, other.kind)
        if kinds == (Kind.NUMBER, Kind.NUMBER):
            return _term(tree, Kind.NUMBER, one.sql - other.sql if minus else one.sql + other.sql)
        if one.kind in SHIFTED and other.kind == Kind.NUMBER:
            shift = SHIFTED[one.kind]
            return _term(tree, one.kind, shift(one.sql, -other.sql if minus else other.sql))
        if minus and one.kind in APART and one.kind == other.kind:
            return _term(tree, Kind.NUMBER, APART[one.kind](one.sql, other.sql))
        raise _fault(
            N_("{one}和{other}不能相加减。"),
            other,
            one=Message(one.kind.label),
            other=Message(other.kind.label),
        )

    def _multiplied(self, tree: Tree) -> Term:
        one, other = (self._fits(self.term(part), frozenset({Kind.NUMBER})) for part in branches(tree))
        times = str(next(part for part in tree.children if isinstance(part, Token))) in TIMES
        return _term(
            tree, Kind.NUMBER, one.sql * other.sql if times else arithmetic.divide(one.sql, other.sql)
        )

    def _signed(self, tree: Tree) -> Term:
        (part,) = branches(tree)
        number = self._fits(self.term(part), frozenset({Kind.NUMBER}))
        return _term(tree, Kind.NUMBER, -number.sql if str(tree.children[0]) in MINUS else number.sql)

    def _number(self, tree: Tree) -> Term:
        written = str(tree.children[0])
        digits = written.rstrip("%")
        if len(digits) > LONGEST_NUMBER:
            raise Fault(
                Message(N_("数最多{longest}位。"), longest=LONGEST_NUMBER), tree.meta.start_pos, len(written)
            )
        value = Decimal(digits) / (100 if written.endswith("%") else 1)
        return _term(tree, Kind.NUMBER, _literal(value, Kind.NUMBER))

    def _date(self, tree: Tree) -> Term:
        written = str(tree.children[0])
        year, month, day = (int(part) for part in re.findall(r"\d+", written))
        try:
            value = date(year, month, day)
        except ValueError:
            wrong = Message(N_("没有“{written}”这一天。"), written=written)
            raise Fault(wrong, tree.meta.start_pos, len(written)) from None
        return _term(tree, Kind.DATE, _literal(value, Kind.DATE))

    def _text(self, tree: Tree) -> Term:
        written = str(tree.children[0])[1:-1]
        return _term(tree, Kind.TEXT, _literal(written, Kind.TEXT), text=written)

    def _yes(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, _literal(True, Kind.YES_NO))

    def _no(self, tree: Tree) -> Term:
        return _term(tree, Kind.YES_NO, _literal(False, Kind.YES_NO))

    def _name(self, tree: Tree) -> Term:
        return self._read(tree, self.vocabulary.fields, N_("没有“{word}”这个名称。"))

    def _read(self, tree: Tree, known: Mapping[str, Name], unknown: str) -> Term:
        word = str(tree.children[0])
        if word not in known:
            raise _unknown(unknown, tree, word, known)
        name = known[word]
        self.names[name.code] = name
        return _term(tree, name.kind, name.sql, name=name)

    def _call(self, tree: Tree) -> Term:
        word, parts = str(tree.children[0]), branches(tree)
        if word in PARAMETER:
            if len(parts) != 1 or parts[0].data != "name":
                raise _fault(N_("“参数”后面的括号里写一个参数的名称。"), _term(tree, Kind.NUMBER, null()))
            known = self.vocabulary.parameters
            return replace(self._read(parts[0], known, N_("没有“{word}”这个参数。")), name=None)
        function = BY_WORD.get(word) or self.vocabulary.lookups.get(word)
        if function is None:
            raise _unknown(
                N_("没有“{word}”这个函数。"), tree, word, [*BY_WORD, *self.vocabulary.lookups, *PARAMETER]
            )
        return self._answer(tree, function, [self.term(part) for part in parts])

    def _answer(self, tree: Tree, function: Function | Lookup, given: list[Term]) -> Term:
        takes = [one if isinstance(one, frozenset) else frozenset({one}) for one in function.takes]
        many = isinstance(function, Function) and function.many
        if many:
            takes += takes[-1:] * (len(given) - len(takes))
        if len(given) != len(takes) or (many and len(given) < MANY):
            wanted = MANY if many else len(takes)
            text = (
                N_("“{word}”至少要{wanted}个值，这里是{given}个。")
                if many
                else N_("“{word}”要{wanted}个值，这里是{given}个。")
            )
            raise Fault(
                Message(text, word=function.title, wanted=wanted, given=len(given)),
                tree.meta.start_pos,
                tree.meta.end_pos - tree.meta.start_pos,
            )
        given = [self._fits(one, kinds) for one, kinds in zip(given, takes, strict=True)]
        kind = function.gives
        if kind is None:
            values = [one for one, kinds in zip(given, takes, strict=True) if len(kinds) > 1]
            for other in values[1:]:
                self._alike(values[0], other)
            kind = values[0].kind
        if isinstance(function, Function):
            return _term(tree, kind, function.build(*(one.sql for one in given)))
        return self._ask(tree, function, given)

    def _ask(self, tree: Tree, lookup: Lookup, given: list[Term]) -> Term:
        """Return the term of an answer; a question that stands twice is asked once."""
        if tree not in self.inquiries:
            same = sum(one.lookup is lookup for one in self.inquiries.values())
            source = f"asked{len(self.inquiries)}"
            code = f"{lookup.code}_{same + 1}" if same else lookup.code
            place: ColumnElement = literal_column(f"{source}.value", lookup.gives.sql)
            answer = Name(code, lookup.title, lookup.gives, place, lookup.choices)
            self.inquiries[tree] = Inquiry(source, lookup, answer, tuple(one.sql for one in given))
        answer = self.inquiries[tree].answer
        return _term(tree, lookup.gives, answer.sql, name=answer)

    def _fits(self, term: Term, kinds: frozenset[Kind]) -> Term:
        if term.kind in kinds:
            return term
        wanted = Message("{kinds}", kinds="、".join(kind.label for kind in Kind if kind in kinds))
        raise _fault(
            N_("这里需要{wanted}，而这是{kind}。"), term, wanted=wanted, kind=Message(term.kind.label)
        )

    def _alike(self, one: Term, other: Term) -> tuple[Term, Term]:
        """Return two terms of one kind; a text beside a field of choices is one of them, by its title or its code."""
        if one.kind != other.kind:
            raise _fault(
                N_("{one}不能和{other}比较。"),
                other,
                one=Message(one.kind.label),
                other=Message(other.kind.label),
            )
        return self._chosen(one, other), self._chosen(other, one)

    def _chosen(self, term: Term, beside: Term) -> Term:
        if term.text is None or beside.name is None or not beside.name.choices:
            return term
        codes = {title: code for code, title in beside.name.choices.items()} | {
            c: c for c in beside.name.choices
        }
        if term.text not in codes:
            like = nearest(term.text, beside.name.choices.values())
            wrong = Message(N_("“{title}”没有“{text}”这一项。"), title=beside.name.title, text=term.text)
            raise Fault(wrong, term.place, term.length, like)
        return replace(term, sql=_literal(codes[term.text], Kind.TEXT))


def branches(tree: Tree) -> list[Tree]:
    return [part for part in tree.children if isinstance(part, Tree)]


def _literal(value: object, kind: Kind) -> ColumnElement:
    """Return a bound value whose type the database doesn't have to guess."""
    return cast(literal(value), kind.sql)


def _term(tree: Tree, kind: Kind, sql: ColumnElement, **more) -> Term:
    return Term(kind, sql, tree.meta.start_pos, tree.meta.end_pos - tree.meta.start_pos, **more)


def _fault(sentence: str, term: Term, **facts: Param) -> Fault:
    return Fault(Message(sentence, **facts), term.place, term.length)


def _unknown(sentence: str, tree: Tree, word: str, known: Iterable[str]) -> Fault:
    return Fault(Message(sentence, word=word), tree.meta.start_pos, len(word), nearest(word, known))
