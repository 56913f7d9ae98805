"""The demonstration's logins: one for each role in one county, and two more counties to keep apart from it."""

from __future__ import annotations

from typing import NamedTuple

from app.engine.access.roles import (
    AUDITOR,
    CASHIER,
    CLERK,
    COUNTY_ADMIN,
    POLICY,
    PROVINCE_ADMIN,
    REVIEWER,
    SYSTEM,
)

# known to all on purpose; without --demo no login has it, which a test holds
PASSWORD = "Demo-2026!"  # noqa: S105  # nosec B105
PROVINCE, PREFECTURE, JINJIANG, QINGYANG, WUHOU = "510000", "510100", "510104", "510105", "510107"
COUNTIES = {JINJIANG: "锦江区", QINGYANG: "青羊区", WUHOU: "武侯区"}


class DemoUser(NamedTuple):
    username: str
    name: str
    role: str
    office: str


USERS = (
    DemoUser("admin", "邓志远", SYSTEM, PROVINCE),
    DemoUser("province_admin", "何建国", PROVINCE_ADMIN, PROVINCE),
    DemoUser("policy", "宋文清", POLICY, PROVINCE),
    DemoUser("county_admin", "罗丽华", COUNTY_ADMIN, JINJIANG),
    DemoUser("clerk", "陈小敏", CLERK, JINJIANG),
    DemoUser("reviewer", "周国强", REVIEWER, JINJIANG),
    DemoUser("cashier", "刘芳", CASHIER, JINJIANG),
    DemoUser("auditor", "谢明", AUDITOR, JINJIANG),
    DemoUser("clerk_b", "杨雪梅", CLERK, QINGYANG),
    DemoUser("reviewer_b", "唐伟", REVIEWER, QINGYANG),
    DemoUser("cashier_b", "韩丽", CASHIER, QINGYANG),
    DemoUser("clerk_c", "冯晓燕", CLERK, WUHOU),
    DemoUser("reviewer_c", "蒋志明", REVIEWER, WUHOU),
    DemoUser("cashier_c", "沈玉兰", CASHIER, WUHOU),
    DemoUser("policy_2", "龙雨", POLICY, PROVINCE),
)
