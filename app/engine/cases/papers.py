"""Which scanned papers an application takes (附件), by kind: those that its programme names, some without which it can't be sent in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.kernel.messages import N_

HOLDER_PROOF, OTHER = "holder_proof", "other"


@dataclass(frozen=True)
class Paper:
    """A kind of paper; `code` has at most 20 characters."""

    code: str
    title: str
    required: bool = False


USUAL = (
    Paper("contract", N_("劳动合同")),
    Paper("account_permit", N_("开户许可证")),
    Paper(HOLDER_PROOF, N_("收款人证明")),
    Paper(OTHER, N_("其他")),
)
TITLES = {paper.code: paper.title for paper in USUAL}


def taken(own: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return what a programme takes that names kinds of its own: these, the proof of another payee, and anything else; the usual
    kinds where it names none.
    """
    own = tuple(own)
    codes = {paper.code for paper in own}
    always = (paper for paper in USUAL if paper.code in (HOLDER_PROOF, OTHER) and paper.code not in codes)
    return (*own, *always) if own else USUAL


def lacking(papers: Iterable[Paper], kinds: Collection[str]) -> list[Paper]:
    """Return the required papers that are not among the kinds that an application has."""
    return [paper for paper in papers if paper.required and paper.code not in kinds]
