"""The states of a claim; database constraints and workflows take them from here."""

from app.kernel.messages import N_

TITLES = {
    "draft": N_("草稿"),
    "submitted": N_("待审核"),
    "in_second_review": N_("待复审"),
    "returned": N_("已退回"),
    "rejected": N_("审核不通过"),
    "approved": N_("待公示"),
    "publicizing": N_("公示中"),
    "publicized": N_("待发放"),
    "publicity_failed": N_("公示未通过"),
    "disbursed": N_("已发放"),
    "withdrawn": N_("已撤回"),
    "revoked": N_("已撤销"),
}
STATES = tuple(TITLES)
LIVE = ("submitted", "in_second_review", "returned", "approved", "publicizing", "publicized", "disbursed")
OPEN_OR_LIVE = ("draft", *LIVE)
EDITABLE = ("draft", "returned")
WAITING = ("submitted", "in_second_review", "approved", "publicizing", "publicized")
"""Submitted and not paid: amount, policy and account are frozen."""
UNPAID = (*EDITABLE, *WAITING)
