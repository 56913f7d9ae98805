"""The states of a class."""

from app.kernel.messages import N_

TITLES = {
    "draft": N_("草稿"),
    "submitted": N_("待审核"),
    "returned": N_("已退回"),
    "rejected": N_("审核不通过"),
    "approved": N_("已开班"),
    "cancelled": N_("已取消"),
    "completion_submitted": N_("结业待审核"),
    "completion_returned": N_("结业已退回"),
    "completed": N_("已结业"),
}
STATES = tuple(TITLES)
EDITABLE = ("draft", "returned")
DECLARABLE = ("approved", "completion_submitted", "completion_returned", "completed")
COMPLETABLE = ("approved", "completion_returned")
