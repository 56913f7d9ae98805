"""A programme's rules as its definition lists them: entries of plain data become rules of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.engine.rules.catalogue import CATALOGUE, ONLY
from app.engine.rules.field import Field
from app.engine.rules.rule import RiskRule
from app.engine.rules.slot import FIELDS, OF_REGISTERS, UNITS, Slot, fault, unknown_name
from app.kernel.messages import N_, Message
from app.registers.definitions.definition import Definition

KEYS = ("code", "rule", "with", "only", "words", "warns", "document")
"""Of an entry. `with`: slot → the code of a field, a parameter or a register, or a value; `only`: a field's code → choices."""

NO_REGISTERS: Mapping[str, Definition] = {}


def listed_rules(
    entries: Iterable[Mapping],
    fields: Mapping[str, Field],
    parameters: Mapping[str, str],
    place: tuple[str, ...] = (),
    registers: Mapping[str, Definition] = NO_REGISTERS,
) -> tuple[RiskRule, ...]:
    """Return the rules of a definition, whose `fields` are known by their codes and `parameters` by code → unit.

    `place`: the sheet's columns of each row's employer and region, where it has any; `registers` are those that are defined,
    by their codes. Raises BadValue.
    """
    return tuple(_rule(entry, fields, parameters, place, registers) for entry in entries)


def _rule(
    entry: Mapping,
    fields: Mapping[str, Field],
    parameters: Mapping[str, str],
    place: tuple[str, ...],
    registers: Mapping[str, Definition],
) -> RiskRule:
    code = str(entry.get("code", ""))
    for key in entry:
        if key not in KEYS:
            raise unknown_name(code, N_("条目"), key, KEYS)
    if entry.get("rule") not in CATALOGUE:
        raise unknown_name(code, "rule", entry.get("rule"), CATALOGUE)
    rule = CATALOGUE[entry["rule"]]
    slots = {slot.name: slot for slot in rule.slots}
    given = {
        name: _given(code, slots[name], value, fields, parameters, registers) if name in slots else value
        for name, value in entry.get("with", {}).items()
    }
    return rule.make(
        code,
        given,
        words=entry.get("words"),
        only=_only(code, entry["only"], fields) if "only" in entry else None,
        warns=entry.get("warns"),
        document=entry.get("document", ""),
        place=place,
    )


def _given(
    code: str,
    slot: Slot,
    value: object,
    fields: Mapping[str, Field],
    parameters: Mapping[str, str],
    registers: Mapping[str, Definition],
) -> object:
    if slot.kind in FIELDS:
        return _field(code, slot.title, value, fields)
    if slot.kind in OF_REGISTERS:
        codes = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for one in codes:
            if one not in registers:
                raise unknown_name(code, slot.title, one, registers)
        return [registers[one] for one in codes] if isinstance(value, list) else registers[codes[0]]
    if slot.kind in UNITS:
        if value not in parameters:
            raise unknown_name(code, slot.title, value, parameters)
        if parameters[str(value)] not in UNITS[slot.kind][0]:
            expected = Message(
                N_("应为{expected}，不能是“{value}”。"), expected=slot.kind.value, value=str(value)
            )
            raise fault(code, slot.title, expected)
    return value


def _field(code: str, place: str, value: object, fields: Mapping[str, Field]) -> Field:
    if value not in fields:
        raise unknown_name(code, place, value, fields)
    return fields[str(value)]


def _only(code: str, entry: Mapping, fields: Mapping[str, Field]) -> tuple[Field, Sequence[str]]:
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise fault(code, ONLY, Message(N_("应为一个选项栏目和其中的选项。")))
    ((name, choices),) = entry.items()
    return _field(code, ONLY, name, fields), choices
