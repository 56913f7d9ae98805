"""Words that people write where a date or a score is asked for, and what spreadsheets put around a text to keep it one."""

import re

from app.kernel.text import squeeze

QUOTES = "'\"‘’“”`＇＂"
_FORMULA = re.compile(r"\s*[=＝]\s*[\"“”＂](.*)[\"“”＂]\s*", re.DOTALL)
_LINES = set("-‐‑‒–—―−─━ー~～/\\_")
_OPEN_END = {
    "无",
    "长期",
    "长期有效",
    "长期合同",
    "永久",
    "无期",
    "无期限",
    "无限期",
    "不限",
    "不限期",
    "不定期",
    "无固定",
    "无固定期",
    "无固定期限",
    "无固定期限合同",
    "无固定期限劳动合同",
    "无终止日期",
    "无截止日期",
    "未约定终止日期",
    "openended",
    "open-ended",
    "none",
}
_NO_SCORE = {
    "无",
    "缺",
    "缺考",
    "缺席",
    "旷考",
    "弃考",
    "未考",
    "未考试",
    "未参考",
    "未参加",
    "未参加考试",
    "免考",
    "缓考",
    "无成绩",
    "absent",
}


def unwrapped(text: str) -> str:
    """Return what stands in `="…"`, or behind the apostrophe of a text cell."""
    if not text or text[0] not in "=＝' \t\u3000":
        return text
    if match := _FORMULA.fullmatch(text):
        return match[1].replace('""', '"')
    return text.lstrip().removeprefix("'")


def is_open_end(text: str) -> bool:
    """Return whether a contract's end is written as having none: 无固定期限, 长期, — and their like."""
    return _means(text, _OPEN_END)


def is_no_score(text: str) -> bool:
    """Return whether a score is written as missing: 缺考, — and their like."""
    return _means(text, _NO_SCORE)


def _means(text: str, words: set[str]) -> bool:
    bare = squeeze(text).casefold().strip("()")
    return bare in words or (bool(bare) and set(bare) <= _LINES)
