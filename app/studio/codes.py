"""How codes, prefixes and sums are written in a definition."""

from __future__ import annotations

from marshmallow import validate

from app.kernel.messages import N_

CODE = validate.Regexp(
    r"[a-z][a-z0-9_]{0,39}\Z", error=N_("应为小写字母开头的字母、数字或下划线，最多40个。")
)
PAPER_CODE = validate.Regexp(
    r"[a-z][a-z0-9_]{0,19}\Z", error=N_("应为小写字母开头的字母、数字或下划线，最多20个。")
)
RULE_CODE = validate.Regexp(
    r"[A-Z]{1,4}-\d{2}\Z", error=N_("应为1至4个大写字母、一个连字符和两位数字，如 HS-01。")
)
AMOUNT = validate.Regexp(r"\d{1,9}(\.\d{1,2})?\Z", error=N_('应为金额，如 "50000.00"，写在引号中。'))
PREFIX = validate.Regexp(r"[A-Z]{2,4}\Z", error=N_("应为2至4个大写字母。"))
