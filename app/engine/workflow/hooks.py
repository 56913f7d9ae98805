"""Validation hooks of a claim that would move: each guard is SQL over the claim and a sentence."""

import json
from collections.abc import Mapping

from app.engine.cases.states import EDITABLE
from app.engine.workflow.transition import Guard, RiskCheck
from app.kernel.messages import N_

RULES, RULES_MARK = RiskCheck(), RiskCheck(marks=True)
"""After the guards: a claim that fails stays; at payment it is paid all the same, and checked afterwards."""

RECEIVER = "(SELECT a.received_by_id FROM applications a WHERE a.id = c.application_id)"
HANDED_ON = Guard(
    f"c.state NOT IN {EDITABLE} AND {RECEIVER} = :office_id",
    N_("本件已移交{office}，本机构只能查看。需要撤回或更正的，请联系该机构。"),
    "(SELECT jsonb_build_object('office', o.name) FROM offices o WHERE o.id = c.office_id)",
)
OWN_OFFICE = Guard(
    f"CASE WHEN c.state IN {EDITABLE} THEN coalesce({RECEIVER}, c.office_id) ELSE c.office_id END <> :office_id",
    N_("只有受理本件的经办机构可以办理此操作。请联系该机构的经办人员。"),
)
"""A draft, or what was sent back, is worked on where it was taken in; after that the competent office's clerks act."""

BANK_DETAILS = Guard(
    "EXISTS (SELECT 1 FROM applications a WHERE a.id = c.application_id AND a.payee_kind <> 'each' AND a.account_id IS NULL)",
    N_("申请单的银行信息未填写完整。请先填写开户银行、户名和账号。"),
)

OWN_ACCOUNT = Guard(
    "c.account_id IS NULL AND EXISTS (SELECT 1 FROM applications a WHERE a.id = c.application_id AND a.payee_kind = 'each')",
    N_("此人还没有收款账户。请在“修改”中填写开户银行、行号和账号。"),
)
"""Of a programme that pays each of the people."""


def papers_there(titles: Mapping[str, str]) -> Guard:
    """Return the hook that refuses what lacks one of these kinds of paper, and names the first."""
    there = "SELECT 1 FROM attachments t WHERE t.application_id = c.application_id AND t.kind = one->>0"
    return _all_there(
        "papers", titles, there, N_("申请还缺附件“{lacking}”。请在申请页面的“附件”中上传，再提交。")
    )


def fields_there(titles: Mapping[str, str]) -> Guard:
    """Return the same of the application's own fields."""
    there = "SELECT 1 FROM applications a WHERE a.id = c.application_id AND a.own->>(one->>0) IS NOT NULL"
    return _all_there(
        "fields", titles, there, N_("申请还没有填写“{lacking}”。请在申请页面的“申请情况”中填写，再提交。")
    )


def _all_there(name: str, titles: Mapping[str, str], there: str, sentence: str) -> Guard:
    """Return a hook on things by code and title; `there` is SQL of the thing `one` of a claim `c`."""
    lacking = f"""FROM jsonb_array_elements(CAST(:{name} AS jsonb)) WITH ORDINALITY listed(one, n)
                  WHERE NOT EXISTS ({there})"""
    first = f"(SELECT jsonb_build_object('lacking', one->>1) {lacking} ORDER BY n LIMIT 1)"  # noqa: S608  # nosec B608  # constants
    values = {name: json.dumps(list(titles.items()))}
    return Guard(f"EXISTS (SELECT 1 {lacking})", sentence, first, values)  # noqa: S608  # nosec B608  # constants


NOT_AN_EDITOR = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.claim_id = c.id AND e.actor_id = :actor_id
                AND e.event IN ('edit', 'submit'))
       OR EXISTS (SELECT 1 FROM audit_entries e WHERE e.application_id = c.application_id AND e.claim_id IS NULL
                AND e.actor_id = :actor_id AND e.event IN ('apply', 'edit', 'import', 'attach', 'detach', 'remove'))
       OR EXISTS (SELECT 1 FROM account_corrections k WHERE k.account_id = c.account_id AND k.proposed_by = :actor_id)""",
    N_("您录入、修改或提交过本件，不能由您审核。请由其他审核人员办理；人手不足时可请市（州）审核人员办理。"),
)

NOT_THE_FIRST_REVIEWER = Guard(
    """c.state = 'in_second_review'
       AND (SELECT e.actor_id FROM audit_entries e WHERE e.claim_id = c.id AND e.event = 'approve'
            ORDER BY e.id DESC LIMIT 1) IS NOT DISTINCT FROM :actor_id""",
    N_("本件由您初审，不能由您复审。请由其他审核人员办理；人手不足时可请市（州）审核人员办理。"),
)
"""Of the round that is under way: a case that came back and was sent in again is reviewed afresh."""

NOT_AN_APPROVER = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.claim_id = c.id AND e.actor_id = :actor_id
                AND e.event IN ('approve', 'approve_second'))
       OR EXISTS (SELECT 1 FROM account_corrections k WHERE k.account_id = c.account_id AND k.decided_by = :actor_id)""",
    N_("您审核通过了本件，不能由您发放。请由其他发放人员办理。"),
)

PUBLICITY_OVER = Guard(
    "(SELECT n.ends_on FROM notices n WHERE n.id = c.notice_id) >= :today",
    N_("公示到{ends_on}才期满，{possible}起才能办理公示通过。"),
    """(SELECT jsonb_build_object('ends_on', n.ends_on, 'possible', n.ends_on + 1)
        FROM notices n WHERE n.id = c.notice_id)""",
)

PUBLICITY_LONG_ENOUGH = Guard(
    "(SELECT n.least_end > n.ends_on FROM notices n WHERE n.id = c.notice_id)",
    N_(
        "公示到{ends_on}不足最短公示期，最早应到{least_end}。请在公示名册中打开公示{number}，办理“延长公示”。"
    ),
    """(SELECT jsonb_build_object('ends_on', n.ends_on, 'least_end', n.least_end, 'number', n.number)
        FROM notices n WHERE n.id = c.notice_id)""",
)

NO_OBJECTION_OPEN = Guard(
    "EXISTS (SELECT 1 FROM objections o WHERE o.claim_id = c.id AND o.state = 'open')",
    N_("此人有异议尚未处理，不能办理公示通过。请先由审核人员在“公示异议”中作出处理。"),
)

NO_OBJECTION_UPHELD = Guard(
    "EXISTS (SELECT 1 FROM objections o WHERE o.claim_id = c.id AND o.state = 'upheld')",
    N_("对此人的异议已认定成立，只能办理公示不通过。"),
)

ON_NO_LIST = Guard(
    "c.payment_list_id IS NOT NULL",
    N_("已编入发放清单{number}。请先由发放人员发放或解散该清单。"),
    """(SELECT jsonb_build_object('number', l.number) FROM payment_lists l WHERE l.id = c.payment_list_id)""",
)

ON_A_LIST = Guard("c.payment_list_id IS NULL", N_("此人不在任何发放清单上，不需要解散。请刷新列表。"))
