"""Every sentence of every rule, rendered from what the rule itself finds: no fact may be missing."""

import re
from string import Formatter

import pytest

from app.engine.rules import UNKNOWN
from app.programmes.training import PROGRAMME as TRAINING
from app.programmes.training.rules import STUDENTS
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.desk.subsidies import SERVICE, STRANDED_MIGRANT
from tests.engine.rules.cases import BARE, LAGGING, LATE, Case, months

ID_FAULTS = ("invalid", "rounded", "error", "uncached", "merged", "lost")
MIGRANT = {"category": STRANDED_MIGRANT}
RUN = months("2026-03", "2026-10")
CASES = [
    Case("fine", None, end="2027-02-28", paid=RUN, unemployed=[("2025-05-01", None)], left=["2026-01-01"]),
    Case("stale", None, end="2026-12-31", paid=["2026-02", "2026-03"], unemployed=[("2025-12-01", None)]),
    Case("future", None, start="2027-01-01", scale="large", repeated=True),
    Case("other name", None, typed="李四"),
    Case("before the policy", None, start="2019-01-01", unemployed=[("2018-01-01", "2018-05-01")]),
    Case("cancelled", None, unemployed=[("2025-01-01", "2025-05-01")], name="王芳"),
    *(Case(fault, None, id_fault=fault) for fault in ID_FAULTS),
    Case("nobody", None, name=None),
    Case("migrant", None, **MIGRANT, paid=RUN, left=["2026-01-01"]),
    Case("migrant without", None, **MIGRANT),
    Case("migrant paid before", None, **MIGRANT, paid=["2026-01", *RUN]),
    Case("bare", None, region=BARE, name=None),
    Case("lagging", None, region=LAGGING),
    Case("bare migrant", None, region=BARE, **MIGRANT),
    Case("late migrant", None, region=LATE, **MIGRANT, paid=RUN),
]
ELSEWHERE = {("C-04", "taken"), ("C-04", "taken_part")}


def test_every_sentence_has_its_facts(table):
    said = {
        (code, "unknown" if f.verdict == UNKNOWN else f.why): f
        for findings in table.judge(CASES).values()
        for code, f in findings.items()
    }
    wanted = {(rule.code, why) for rule in PROGRAMME.rules for why in rule.sentences}
    assert wanted - said.keys() == ELSEWHERE
    assert {code for code, why in said if why == "unknown"} == {"HS-01", "HS-03", "HS-04", "HS-05", "C-03"}
    for key, found in said.items():
        assert "{" not in found.sentence, key
        assert "—" not in found.sentence or key[1] == "unknown", (key, found.sentence)


def test_sentences_ask_only_for_facts_that_rules_give():
    """A name that a sentence uses stands in its rule's SQL as a key of the evidence."""
    for programme in (PROGRAMME, SERVICE):
        for rule in programme.rules:
            for why, sentence in rule.sentences.items():
                assert f"'{why}'" in rule.sql or why in ID_FAULTS, (rule.code, why)
                for _, name, _, _ in Formatter().parse(sentence):
                    assert name is None or f"'{name}'," in rule.sql.replace("\n", " "), (rule.code, why, name)


def test_a_sentence_goes_with_the_verdict_that_its_rule_declares(table):
    """The help shows each sentence beside that verdict."""
    rules = {rule.code: rule for rule in PROGRAMME.rules}
    for findings in table.judge(CASES).values():
        for code, f in findings.items():
            if f.verdict != UNKNOWN:
                assert (f.verdict, rules[code].sentences[f.why]) in rules[code].outcomes, (code, f.why)
            else:
                assert rules[code].registers, code


@pytest.mark.parametrize("programme", [PROGRAMME, SERVICE, TRAINING], ids=lambda p: p.code)
def test_a_rule_names_the_parameters_that_its_statement_reads(programme):
    for rule in programme.rules:
        sql = rule.sql.replace(STUDENTS, "")
        read = {code for code in programme.policy.parameters if re.search(rf"\b{code}\b", sql)}
        assert set(rule.parameters) == read, rule.code
        assert set(rule.passes) <= set(rule.sentences)
        assert bool(rule.registers) == ("'unknown'" in rule.sql), rule.code
        assert all(f"'register', '{register}'" in rule.sql for register in rule.registers)


def test_evidence_names_the_rows_used(table):
    found = table.judge(CASES)
    rows = {
        ("fine", "HS-01"): "contribution_id",
        ("stale", "HS-01"): "contribution_id",
        ("fine", "HS-03"): "unemployment_id",
        ("cancelled", "HS-03"): "unemployment_id",
        ("migrant", "HS-04"): "transfer_id",
        ("migrant paid before", "HS-05"): "contribution_ids",
        ("fine", "C-05"): "employer_id",
    }
    for (label, code), key in rows.items():
        assert found[label][code].evidence[key], (label, code)


def test_a_finding_of_an_earlier_release_that_no_sentence_explains_shows_a_dash():
    rule = next(rule for rule in PROGRAMME.rules if rule.code == "C-04")
    assert rule.explain("fail", {"why": "of an earlier release"}).text() == "—"
