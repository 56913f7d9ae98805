"""The language: how a text becomes a tree, and what is said of a text that doesn't."""

from __future__ import annotations

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from app.kernel.messages import N_, Message
from app.studio.expressions.fault import Fault

LONGEST, DEEPEST = 2_000, 60
"""Characters of an expression, and levels of its tree."""

GRAMMAR = r"""
    ?start: either
    ?either: both (_OR both)*
    ?both: negation (_AND negation)*
    ?negation: _NOT negation -> negated
        | comparison
    ?comparison: sum
        | sum COMPARED sum -> compared
        | sum _IN _OPEN_LIST sum (_COMMA sum)* _CLOSE_LIST -> among
        | sum _NOT _IN _OPEN_LIST sum (_COMMA sum)* _CLOSE_LIST -> not_among
    ?sum: product
        | sum ADDED product -> added
    ?product: factor
        | product MULTIPLIED factor -> multiplied
    ?factor: ADDED factor -> signed
        | atom
    ?atom: NUMBER -> number
        | DATE -> date
        | TEXT -> text
        | YES -> yes
        | NO -> no
        | NAME _OPEN [either (_COMMA either)*] _CLOSE -> call
        | NAME -> name
        | _OPEN either _CLOSE

    _OR.2: /或者|或(?![\w])|or\b/i
    _AND.2: /并且|且(?![\w])|and\b/i
    _NOT.2: /非(?![\w])|不(?=\s*在)|not\b/i
    _IN.2: /在(?![\w])|in\b/i
    YES.2: /是(?![\w])|yes\b/i
    NO.2: /否(?![\w])|no\b/i
    COMPARED: "==" | "=" | "＝" | "!=" | "<>" | "≠" | "<=" | "≤" | ">=" | "≥" | "<" | "＜" | ">" | "＞"
    ADDED: "+" | "＋" | "-" | "−" | "－"
    MULTIPLIED: "*" | "×" | "/" | "÷"
    DATE.3: /\d{4}-\d{1,2}-\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日/
    NUMBER.2: /\d+(\.\d+)?%?/
    TEXT: /“[^“”\n]*”|"[^"\n]*"/
    NAME: /[A-Za-z_\u3400-\u9fff][\w]*/
    _OPEN: "(" | "（"
    _CLOSE: ")" | "）"
    _OPEN_LIST: "[" | "［" | "【"
    _CLOSE_LIST: "]" | "］" | "】"
    _COMMA: "," | "，" | "、"
    %ignore /[\s\u3000]+/
"""
WORDS = {
    "_OR": "或",
    "_AND": "且",
    "_NOT": "非",
    "_IN": "在",
    "COMPARED": "= ≠ < ≤ > ≥",
    "ADDED": "+ −",
    "MULTIPLIED": "× ÷",
    "NAME": N_("名称"),
    "NUMBER": N_("数"),
    "DATE": N_("日期"),
    "TEXT": N_("加引号的文字"),
    "YES": "是",
    "NO": "否",
    "_OPEN": "（",
    "_CLOSE": "）",
    "_OPEN_LIST": "[",
    "_CLOSE_LIST": "]",
    "_COMMA": "，",
    "$END": N_("结束"),
}
"""What a person calls the parts of the language."""
PARSER = Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def parse(written: str) -> Tree:
    """Return the tree of an expression. Raises Fault with the place, and what was expected there."""
    if len(written) > LONGEST:
        raise Fault(Message(N_("表达式超过{longest}字，请拆成几条规则。"), longest=LONGEST), LONGEST)
    if not written.strip():
        raise Fault(Message(N_("表达式是空的，请填写。")), 0)
    try:
        tree = PARSER.parse(written)
    except UnexpectedInput as wrong:
        raise _fault(written, wrong) from None
    if isinstance(tree, Token) or _depth(tree) <= DEEPEST:
        return tree
    raise Fault(Message(N_("表达式层次太多，请拆成几条规则。")), 0, len(written))


def _fault(written: str, wrong: UnexpectedInput) -> Fault:
    place = wrong.pos_in_stream if wrong.pos_in_stream is not None else len(written)
    wanted = sorted({WORDS[one] for one in _wanted(wrong)}, key=lambda word: list(WORDS.values()).index(word))
    expected = Message("{words}", words="、".join(wanted))
    if isinstance(wrong, UnexpectedToken) and wrong.token.type == "$END":
        return Fault(Message(N_("表达式没有写完，后面应为：{expected}。"), expected=expected), len(written))
    length = len(wrong.token) if isinstance(wrong, UnexpectedToken) else 1
    word = written[place : place + length]
    return Fault(
        Message(N_("这里不能是“{word}”，应为：{expected}。"), word=word, expected=expected), place, length
    )


def _wanted(wrong: UnexpectedInput) -> set[str]:
    if isinstance(wrong, UnexpectedToken):
        return set(wrong.accepts or wrong.expected) & set(WORDS)
    if isinstance(wrong, UnexpectedCharacters):
        return set(wrong.allowed or ()) & set(WORDS)
    return set()


def _depth(tree: Tree) -> int:
    """Return how many levels a tree has, without recursion: a text of nothing but signs is as deep as it is long."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for one in level for child in one.children if isinstance(child, Tree)]
    return deepest
