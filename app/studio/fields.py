"""The vocabulary of fields: the types that a definition may use, and the standard fields that it takes ready-made."""

from __future__ import annotations

from dataclasses import replace

from app.engine.cases import claim_accounts
from app.engine.cases.accounts import KINDS
from app.engine.own_fields import own_sql
from app.engine.sheets import Column, Kind
from app.kernel.messages import N_
from app.registers.region_names import writings
from app.registers.shipping import region_labels
from app.studio import expressions
from app.studio.document import Document, FieldEntry

TYPES = {
    "text": Kind.TEXT,
    "choice": Kind.CHOICE,
    "yes_no": Kind.CHOICE,
    "region": Kind.CHOICE,
    "whole_number": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "money": Kind.MONEY,
    "date": Kind.DATE,
    "month": Kind.MONTH,
    "employer": Kind.USCC,
}
"""By the name of a type: how its cells are read."""
NO_TYPES = {
    "phone": N_("电话号码只能用标准字段 phone，它按加密保存；自定字段不能用这种类型。"),
    "bank_account": N_(
        "收款账户请写 account: each，并用标准字段 bank_name、branch_no、account_number；自定字段不能用这种类型。"
    ),
    "file": N_("附件请在申请单的“附件”中上传；自定字段不能用这种类型。"),
}
"""Types that no field of its own has yet, and what to write instead."""
YES, NO = "yes", "no"
YES_NO = ((YES, N_("是")), (NO, N_("否")))
VALUES = {
    Kind.INTEGER: expressions.Kind.NUMBER,
    Kind.DECIMAL: expressions.Kind.NUMBER,
    Kind.MONEY: expressions.Kind.NUMBER,
    Kind.DATE: expressions.Kind.DATE,
    Kind.MONTH: expressions.Kind.MONTH,
}
"""By kind: what its values are in an expression; any other is a text."""
REGIONS = region_labels()

STANDARD = {
    column.field: column
    for column in (
        Column("name", N_("姓名"), Kind.TEXT, required=True, note=N_("与身份证一致"), example="张三"),
        Column(
            "citizen_id",
            N_("公民身份号码"),
            Kind.CITIZEN_ID,
            required=True,
            note=N_("18位，单元格须为文本格式"),
            example="510104199001010019",
        ),
        Column(
            "employer_uscc",
            N_("就业单位统一社会信用代码"),
            Kind.USCC,
            required=True,
            note=N_("18位，见营业执照"),
            example="91510104MA6CDEFG0Y",
        ),
        Column(
            "insured_region",
            N_("参保地"),
            Kind.CHOICE,
            required=True,
            choices=tuple((code, full) for code, _, full in REGIONS),
            aliases=tuple(writings()),
            note=N_("就业单位为此人缴纳社会保险的区县"),
            example="成都市锦江区",
        ),
        Column(
            "contract_start",
            N_("劳动合同开始日期"),
            Kind.DATE,
            required=True,
            note=N_("如 2026-03-01"),
            example="2026-03-01",
        ),
        Column(
            "contract_end",
            N_("劳动合同终止日期"),
            Kind.DATE,
            open_ended=True,
            note=N_("无固定期限合同不填，或写“无固定期限”"),
            example="2027-02-28",
        ),
        Column(
            claim_accounts.BANK,
            N_("开户银行（支行全称）"),
            Kind.TEXT,
            required=True,
            note=N_("写到支行，如 中国建设银行成都锦江支行"),
            example="中国建设银行成都锦江支行",
            width=28,
        ),
        Column(
            claim_accounts.BRANCH,
            N_("开户行行号"),
            Kind.BRANCH,
            required=True,
            note=N_("12位，可向开户银行查询"),
            example="105651000006",
        ),
        Column(
            claim_accounts.KIND,
            N_("账户类型"),
            Kind.CHOICE,
            choices=tuple(KINDS["person"].items()),
            note=N_("不填的，按本人银行卡"),
            example="本人银行卡",
        ),
        Column(
            claim_accounts.HOLDER,
            N_("户名"),
            Kind.TEXT,
            note=N_("不填的，按本人姓名"),
            example="张三",
        ),
        Column(
            claim_accounts.NUMBER,
            N_("银行账号"),
            Kind.ACCOUNT,
            required=True,
            note=N_("本人的银行卡或社会保障卡账号，单元格须为文本格式"),
            example="6217003810012345678",
            width=26,
        ),
        Column("phone", N_("联系电话"), Kind.PHONE, example="13800000000"),
        Column("remark", N_("备注"), Kind.TEXT, note=N_("证件号、电话等长号码保存时会遮盖")),
    )
}
PARTS = {
    "tranche": FieldEntry("tranche", "choice", N_("期次"), required=True, listed=True, searched=True),
    "month": FieldEntry(
        "month",
        "month",
        N_("所属期"),
        required=True,
        note=N_("补贴所属的月份"),
        example="2026-03",
        listed=True,
        searched=True,
    ),
}
"""Standard fields that say of what part of its period a claim is; the definition's tranches are the choices of the first."""
CATEGORY = "category"
"""A standard field whose choices each definition gives."""
PERSON = ("name", "citizen_id")
"""Without these nobody is named."""
KEPT = {CATEGORY: "category", "contract_start": "starts_on", "contract_end": "ends_on"}
"""Standard fields that are columns of a claim: field → the candidates' column that rules read."""
UNREAD = ("name", "citizen_id", "phone", "remark", *claim_accounts.FIELDS)
"""What no expression reads: it names a person or an account, or is anybody's free text."""


def standing(document: Document) -> tuple[FieldEntry, ...]:
    """Return the fields of a document, with what a standard field of its period brings where the document doesn't say."""
    return tuple(_part(one, document) if one.code in PARTS else one for one in document.fields)


def _part(entry: FieldEntry, document: Document) -> FieldEntry:
    standard = PARTS[entry.code]
    return replace(
        standard,
        title=entry.title or standard.title,
        choices={one.code: one.title for one in document.tranches} if entry.code == "tranche" else {},
        note=standard.note if entry.note is None else entry.note,
        example=entry.example
        or standard.example
        or (document.tranches[0].title if document.tranches else ""),
    )


def is_own(entry: FieldEntry) -> bool:
    """Return whether a field is of this definition alone."""
    return entry.code not in STANDARD and entry.code != CATEGORY


def column_of(entry: FieldEntry) -> Column:
    """Return the sheet's column of a field; raises KeyError for one of no known type."""
    column = STANDARD.get(entry.code) or _own_column(entry)
    return replace(
        column,
        title=entry.title or column.title,
        required=column.required if entry.required is None else entry.required,
        note=column.note if entry.note is None else entry.note,
        example=entry.example or column.example,
    )


def _own_column(entry: FieldEntry) -> Column:
    kind = TYPES["choice" if entry.code == CATEGORY else entry.type]
    choices = tuple(entry.choices.items())
    aliases: tuple[tuple[str, str], ...] = ()
    if entry.type == "yes_no":
        choices = YES_NO
    elif entry.type == "region":
        choices, aliases = STANDARD["insured_region"].choices, STANDARD["insured_region"].aliases
    title = N_("人员类别") if entry.code == CATEGORY else entry.code
    return Column(entry.code, title, kind, choices=choices, aliases=aliases)


def place_of(entry: FieldEntry, alias: str) -> str:
    """Return the SQL of a field over candidates."""
    if is_own(entry):
        return own_sql(alias, entry.code, column_of(entry).kind)
    return f"{alias}.{KEPT.get(entry.code, entry.code)}"
