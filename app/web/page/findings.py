"""Findings as people read them: verdict, rule, the sentence with its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import g
from markupsafe import Markup, escape
from sqlalchemy import select

from app.engine.cases import failed_rows
from app.engine.cases.claims import Check, FailedRow
from app.engine.programme import Programme
from app.engine.rules import FAIL, PASS, UNKNOWN, WARN
from app.engine.rules.rule import RiskRule
from app.extensions import db
from app.programmes.installed import programme_of
from app.registers.ciphers import UNREADABLE
from app.web.page.addresses import rules_url
from app.web.wording.formats import fact, translate
from app.web.wording.translations import gettext

MONTHS = {"first", "latest", "floor"}
"""Facts of a finding that are months of contributions."""


@dataclass(frozen=True)
class ReadableFinding:
    """One rule's result on one person, in the language of the page."""

    programme: str
    code: str
    title: str
    verdict: str
    sentence: str
    evidence: dict
    fields: tuple[str, ...]
    routine: bool
    brief: str = ""
    """The sentence in few words, what is wrong in it marked, for a row under the rule's headline."""

    @property
    def stops(self) -> bool:
        return self.verdict in (FAIL, UNKNOWN)

    @property
    def passes(self) -> bool:
        return self.verdict == PASS

    @property
    def of_months(self) -> bool:
        """Whether the picture of a year's months shows what the sentence says."""
        return not MONTHS.isdisjoint(self.evidence)

    @property
    def address(self) -> str:
        """Where the help explains the rule."""
        return rules_url(self.programme, self.code)

    @property
    def reason(self) -> str:
        return f"[{self.code}] {self.sentence}"


def cells_of(row: FailedRow) -> dict[str, str]:
    """Return the cells of a failed row; of one that doesn't open, its name and that it doesn't."""
    return failed_rows.readable_cells(row, g.vault, gettext(UNREADABLE))


def readable(programme: Programme, stored: Iterable[dict]) -> list[ReadableFinding]:
    """Return the stored findings of one check, worst first, then by rule."""
    sentences = []
    for entry in stored:
        rule = programme.rule(entry["rule"])
        evidence = dict(entry["evidence"] or {})
        if "programme" in evidence:
            evidence["programme"] = programme_of(evidence["programme"]).title
        sentence = translate(rule.explain(entry["verdict"], evidence))
        fields = tuple(evidence["faults"]) if "faults" in evidence else rule.fields
        sentences.append(
            ReadableFinding(
                programme.code,
                rule.code,
                gettext(rule.title),
                entry["verdict"],
                sentence,
                evidence,
                fields,
                rule.routine,
                _brief(rule, evidence) or sentence,
            )
        )
    return sorted(sentences, key=lambda f: (not f.stops, f.verdict != WARN, f.code))


def _brief(rule: RiskRule, evidence: dict) -> str | None:
    message = rule.briefly(evidence)
    if message is None:
        return None
    facts = {name: fact(value) for name, value in message.params.items()}
    marked = {name: WRONG % facts[name] for name in rule.advice.wrong if name in facts}
    return escape(gettext(message.msgid)).format(**facts | marked)


WRONG = Markup('<span class="seal">%s</span>')


def latest_findings(programme: Programme, claim_id: int) -> tuple[Check | None, list[ReadableFinding]]:
    """Return the newest check of one claim."""
    check = db.session.scalars(
        select(Check).where(Check.claim_id == claim_id).order_by(Check.id.desc()).limit(1)
    ).one_or_none()
    return check, readable(programme, check.findings) if check else []
