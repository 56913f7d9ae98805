"""Made-up people and employers with numbers that check, and names as the registers really hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum.cn import uscc as standard

from app.kernel.dates import add_months
from app.kernel.identifiers import citizen_id

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋"
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "夏侯")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鑫建国志小文晓春雪梅兰海燕云龙飞婷"
RARE = ("王䶮", "李𬱖", "张喆堃", "陈犇犇", "刘㛃", "周𠅤", "何翀", "罗燚", "冉𬭼", "杨𬀩", "邓赟", "曾𣲗")
MINORITY = (
    "阿依古丽·买买提",
    "扎西·多吉",
    "泽仁·卓玛",
    "吉克·阿木",
    "尔古·木呷",
    "沙马·日干",
    "降央·卓嘎",
    "阿苏·拉铁",
    "努尔兰·哈力克",
    "格桑·梅朵",
    "俄木·依洛莫",
    "麦合木提江·图尔荪",
)
HOMES = ("510104", "510105", "510107", "510182", "510322", "510722", "511025", "511324", "511622", "513423")
BRANDS = (
    "锦绣",
    "蜀都",
    "天府",
    "望江",
    "芙蓉",
    "浣花",
    "川流",
    "金沙",
    "合江",
    "文殊",
    "玉林",
    "春熙",
    "九眼",
    "宽窄",
    "青城",
    "岷江",
    "安顺",
    "百花",
    "草堂",
    "永丰",
)
TRADES = (
    "餐饮管理",
    "商贸",
    "物业服务",
    "建筑工程",
    "信息技术",
    "酒店管理",
    "物流",
    "服饰",
    "食品",
    "机械制造",
    "文化传媒",
    "医药",
    "家政服务",
    "环保科技",
    "电子",
)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Resident:
    """A person of the demonstration."""

    citizen_id: str
    name: str
    phone: str
    region: str


@dataclass(frozen=True)
class Firm:
    """An employer of the demonstration."""

    uscc: str
    unit_no: str
    name: str
    kind: str
    scale: str
    region: str


def make_id(random: Random, today: date) -> str:
    """Return a valid citizen id of somebody who is between 18 and 59 years old."""
    oldest, youngest = add_months(today, -60 * 12) + timedelta(days=1), add_months(today, -18 * 12)
    born = oldest + timedelta(days=random.randrange((youngest - oldest).days + 1))
    first17 = f"{random.choice(HOMES)}{born:%Y%m%d}{random.randrange(1, 1000):03}"
    return first17 + citizen_id.check_digit(first17)


def make_name(random: Random) -> str:
    """Return two or three characters; now and then a rare one, a compound surname or a minority's name."""
    draw = random.random()
    if draw < 0.015:
        return random.choice(RARE)
    if draw < 0.04:
        return random.choice(MINORITY)
    surname = random.choice(COMPOUND) if draw < 0.05 else random.choice(SURNAMES)
    return surname + "".join(random.choices(GIVEN, k=1 if random.random() < 0.2 else 2))


def make_phone(random: Random) -> str:
    """Return a mobile number; one in ten has none."""
    return f"199{random.randrange(10**8):08}" if random.random() < 0.9 else ""


def make_uscc(random: Random, region: str) -> str:
    """Return a code whose inner organisation code and own check character are both right."""
    body = "MA" + "".join(random.choices(USCC_LETTERS, k=6))
    values = map(ORGANISATION_VALUES.index, body)
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    first17 = f"91{region}{body}{'0123456789X0'[11 - total % 11]}"
    return first17 + standard.calc_check_digit(first17)


def firm_name(number: int, kind: str) -> str:
    """Return a name of its own for each of the first sixty employers."""
    turn = number // len(BRANDS)
    brand = BRANDS[(number + 3 * turn) % len(BRANDS)]
    trade = "人力资源服务" if kind == "hr_institution" else TRADES[(number + turn) % len(TRADES)]
    return f"成都{brand}{trade}有限公司"
