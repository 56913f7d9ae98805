"""Files of registers as other authorities send them, and a register that is defined."""

import io
from datetime import date

from app.kernel.identifiers.citizen_id import check_digit
from app.registers.loads.loading import load

TODAY = date(2026, 11, 23)
USCC, OTHER_USCC = "91510104MA0000001E", "91510104MA0000002H"
REGIONS = ("510104", "510105")


def person_id(number: int) -> str:
    first17 = f"5101041990{number // 800 % 9 + 1:02}{number % 28 + 1:02}{number % 800 + 100}"
    return first17 + check_digit(first17)


ANNA, BEN = person_id(1), person_id(2)
PERSONS = "citizen_id,name,phone,region_code\n"
EMPLOYERS = "uscc,unit_no,name,kind,scale,region_code\n"
CONTRIBUTIONS = "citizen_id,uscc,month,insured_region,paid\n"
UNEMPLOYMENT = "citizen_id,registered_on,cancelled_on\n"
TRANSFERS = "citizen_id,left_on,returned_on,destination\n"
ONE_EMPLOYER = f"{EMPLOYERS}{USCC},510104001,成都锦绣餐饮管理有限公司,enterprise,small,510104\n"
FILES = {
    "persons": f"{PERSONS}{ANNA},安娜,13800000000,510104\n{BEN},本,,510105\n",
    "employers": f"{ONE_EMPLOYER}{OTHER_USCC},,另一家,hr_institution,large,510105\n",
    "contributions": f"{CONTRIBUTIONS}{ANNA},{USCC},2026-09,510104,1\n{BEN},{USCC},2026-10,510105,0\n",
    "unemployment": f"{UNEMPLOYMENT}{ANNA},2026-01-05,\n{BEN},2025-01-05,2025-06-30\n",
    "transfers": f"{TRANSFERS}{ANNA},2026-01-05,,上海市\n{BEN},2025-01-05,2025-06-30,\n",
}
PERMITS = """
code: permits
title: {zh: 许可库, en: Permits}
of: [person]
supplier: {zh: 某部门, en: Some authority}
columns:
  - {code: number, title: {zh: 编号, en: Number}, type: text, required: true, longest: 20}
  - code: kind
    title: {zh: 种类, en: Kind}
    type: choice
    choices:
      - {code: stall, zh: 摊位, en: Stall}
      - {code: shop, zh: 店铺, en: Shop}
  - {code: paid, title: {zh: 已缴费, en: Paid}, type: yes_no}
  - {code: seats, title: {zh: 座位数, en: Seats}, type: whole}
  - {code: size, title: {zh: 面积, en: Size}, type: decimal, places: 1}
  - {code: fee, title: {zh: 费用, en: Fee}, type: money}
  - {code: issued_on, title: {zh: 发证日期, en: Issued on}, type: date, required: true}
  - {code: ends_on, title: {zh: 截止日期, en: Ends on}, type: date}
  - {code: checked, title: {zh: 年检月份, en: Checked}, type: month}
key: [number]
valid: {from: issued_on, to: ends_on}
"""
PERMIT_COLUMNS = "citizen_id,number,kind,paid,seats,size,fee,issued_on,ends_on,checked\n"


def take_into(app, session, kind, content, refused=None, **options):
    """Load text as the command does."""
    refuse = (lambda line: None) if refused is None else refused.append
    stream = io.BytesIO(content.encode())
    vault = app.extensions["vault"]
    return load(session, kind, stream, vault, TODAY, source="test.csv", refuse=refuse, **options)
