"""Who was hired lately and what became of it: people who pass, and for each rule people who don't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from app.demo.categories import STRANDED_MIGRANT, UNEMPLOYED
from app.demo.identities import Firm, Resident, make_id, make_name
from app.demo.users import JINJIANG, QINGYANG
from app.demo.world import World
from app.kernel.dates import add_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hire:
    """A person with a labour contract, as the employer's sheet will have it; the sheet may be wrong."""

    person: Resident
    firm: Firm
    category: str
    starts_on: date
    ends_on: date | None
    remark: str = ""
    typed: dict[str, str] = field(default_factory=dict)


Story = Callable[[World, Hire], Hire]


def passes(world: World, hire: Hire) -> Hire:
    """Return insured since the contract; long unemployed, or away for work, before it."""
    world.pay(hire.person, hire.firm, hire.starts_on)
    return qualifies(world, hire)


def qualifies(world: World, hire: Hire) -> Hire:
    """Return what the category asks for, without any insurance."""
    before = -world.random.randrange(7, 13)
    if hire.category == UNEMPLOYED:
        off = hire.starts_on + timedelta(days=world.random.randrange(1, 20))
        world.register_unemployed(hire.person, add_months(hire.starts_on, before), off)
    else:
        world.send_away(hire.person, add_months(hire.starts_on, before), hire.starts_on - timedelta(days=15))
    return hire


def never_insured(world: World, hire: Hire) -> Hire:
    return replace(qualifies(world, hire), remark="演示：没有缴费")


def insurance_stopped(world: World, hire: Hire) -> Hire:
    earlier = replace(hire, starts_on=add_months(world.this_month, -8))
    world.pay(hire.person, hire.firm, earlier.starts_on, add_months(world.this_month, -5))
    return replace(qualifies(world, earlier), remark="演示：缴费早已停止")


def short_contract(world: World, hire: Hire) -> Hire:
    ends_on = add_months(hire.starts_on, 11)
    return replace(passes(world, hire), ends_on=ends_on, remark="演示：合同不满一年")


def never_registered(world: World, hire: Hire) -> Hire:
    world.pay(hire.person, hire.firm, hire.starts_on)
    return replace(hire, category=UNEMPLOYED, remark="演示：没有失业登记")


def registered_lately(world: World, hire: Hire) -> Hire:
    world.pay(hire.person, hire.firm, hire.starts_on)
    world.register_unemployed(hire.person, add_months(hire.starts_on, -3))
    return replace(hire, category=UNEMPLOYED, remark="演示：失业登记不满半年")


def registration_cancelled(world: World, hire: Hire) -> Hire:
    world.pay(hire.person, hire.firm, hire.starts_on)
    world.register_unemployed(hire.person, add_months(hire.starts_on, -10), add_months(hire.starts_on, -1))
    return replace(hire, category=UNEMPLOYED, remark="演示：失业登记已注销")


def never_left(world: World, hire: Hire) -> Hire:
    world.pay(hire.person, hire.firm, hire.starts_on)
    return replace(hire, category=STRANDED_MIGRANT, remark="演示：没有转移就业记录")


def insured_before(world: World, hire: Hire) -> Hire:
    migrant = replace(hire, category=STRANDED_MIGRANT)
    earlier = add_months(hire.starts_on.replace(day=1), -2)
    world.pay(hire.person, hire.firm, earlier, earlier)
    return replace(passes(world, migrant), remark="演示：前三个月内曾参保")


def insured_long_ago(world: World, hire: Hire) -> Hire:
    world.pay(hire.person, hire.firm, add_months(hire.starts_on, -4))
    jobless = replace(hire, category=UNEMPLOYED)
    return replace(qualifies(world, jobless), remark="演示：合同之前已参保，仅提示")


def other_name(world: World, hire: Hire) -> Hire:
    wrong = hire.person.name[0] + make_name(world.random)[1:] + "生"
    return replace(passes(world, hire), typed={"name": wrong}, remark="演示：姓名不一致")


def bad_id(world: World, hire: Hire) -> Hire:
    code = hire.person.citizen_id
    last = "1" if code[-1] != "1" else "2"
    return replace(passes(world, hire), typed={"citizen_id": code[:-1] + last}, remark="演示：号码校验位错")


def stranger(world: World, hire: Hire) -> Hire:
    code = make_id(world.random, world.today)
    return replace(hire, typed={"citizen_id": code, "name": "查无此人"}, remark="演示：登记库没有此人")


def before_the_policy(world: World, hire: Hire) -> Hire:
    starts_on = date(2020, 1, 1)
    return replace(passes(world, hire), starts_on=starts_on, ends_on=None, remark="演示：合同早于政策")


MIXED: tuple[tuple[Story, int], ...] = (
    (passes, 8), (never_insured, 2), (insurance_stopped, 2), (short_contract, 2), (never_registered, 1),
    (registered_lately, 2), (registration_cancelled, 1), (never_left, 2), (insured_before, 2),
    (other_name, 2), (stranger, 1), (bad_id, 1), (before_the_policy, 1), (insured_long_ago, 1),
)  # fmt: skip
"""Twenty-eight people; a repeated row and somebody of the good sheet make the mixed sheet's thirty."""


def tell(world: World) -> dict[str, list[Hire]]:
    """Fill the world and return the hires of each ready-made sheet."""
    good_firm, mixed_firm = world.firms_of(JINJIANG, "medium", "small")[:2]
    large_firm = world.firms_of(JINJIANG, "large")[0]
    neighbour = world.firms_of(QINGYANG, "medium")[0]
    good = [hire(world, good_firm, passes) for _ in range(40)]
    groups = {
        "good": good,
        "mixed": _mixed(world, mixed_firm, good[0]),
        "dreadful": [hire(world, good_firm, passes, plain=True) for _ in range(16)],
        "large": [hire(world, large_firm, passes) for _ in range(6)],
        "neighbour": [hire(world, neighbour, passes) for _ in range(10)],
    }
    groups["placed"] = [*good[2:14], *groups["neighbour"][:4]]
    groups["neighbour"].append(_again(world, good[1], neighbour))
    for region in (JINJIANG, QINGYANG):
        for firm in world.firms_of(region)[2:9]:
            for _ in range(world.random.randrange(6, 14)):
                story = passes if world.random.random() < 0.8 else world.random.choice(MIXED)[0]
                hire(world, firm, story)
    while world.unengaged:
        _ordinary_life(world, world.engage())
    return groups


def hire(world: World, firm: Firm, story: Story, *, plain: bool = False) -> Hire:
    """Return somebody of the county starts there one to four months ago; `plain` names can be written in GBK."""
    person = world.engage(firm.region)
    while plain and not _in_gbk(person.name):
        _ordinary_life(world, person)
        person = world.engage(firm.region)
    month = add_months(world.this_month, -world.random.randrange(1, 5))
    starts_on = month + world.random.randrange(0, 28) * ONE_DAY
    years = world.random.choice((None, 1, 2, 3))
    ends_on = add_months(starts_on, 12 * years) - ONE_DAY if years else None
    category = world.random.choice((UNEMPLOYED, UNEMPLOYED, STRANDED_MIGRANT))
    return story(world, Hire(person, firm, category, starts_on, ends_on))


def _mixed(world: World, firm: Firm, claimed: Hire) -> list[Hire]:
    hires = [hire(world, firm, story) for story, count in MIXED for _ in range(count)]
    hires.append(replace(hires[0], remark="演示：重复"))
    hires.append(_again(world, claimed, firm))
    return hires


def _again(world: World, hire: Hire, firm: Firm) -> Hire:
    """Return the same person on another employer's sheet: refused once the first has been applied for."""
    world.pay(hire.person, firm, hire.starts_on)
    return replace(hire, firm=firm, remark="演示：1-good 提交后，此人已享受")


def _in_gbk(name: str) -> bool:
    try:
        return bool(name.encode("gbk"))
    except UnicodeEncodeError:
        return False


def _ordinary_life(world: World, person: Resident) -> None:
    """Tell of the many who are on no sheet: at work, changing work, out of work, away for work."""
    draw, firms = world.random.random(), world.firms_of(person.region)
    firm, month = world.random.choice(firms), add_months(world.first_month, world.random.randrange(6, 18))
    if draw < 0.6:
        world.pay(person, firm, world.first_month)
        if draw < 0.1:
            world.pay(person, firm, month, month, paid=False)
    elif draw < 0.75:
        world.pay(person, firm, world.first_month, month)
        world.register_unemployed(person, add_months(month, 1), add_months(month, 4))
        world.pay(person, world.random.choice(firms), add_months(month, 4))
    elif draw < 0.88:
        world.pay(person, firm, world.first_month, month)
        world.register_unemployed(person, add_months(month, 1) + world.random.randrange(0, 28) * ONE_DAY)
    else:
        world.send_away(person, month + world.random.randrange(0, 28) * ONE_DAY)
