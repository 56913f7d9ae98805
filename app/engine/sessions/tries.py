"""Wrong passwords and codes: who has tried too often, counted in the database so that all workers on all hosts count together.

A stranger who guesses locks an account for the own network address only, unless very many addresses guess; a browser
that somebody has logged in from before is counted apart, and so is never locked by what others do.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import ColumnElement, Engine, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from app.engine.sessions.attempts import LOCKED_FOR, Attempt, count
from app.engine.sessions.logins import digest_of
from app.kernel.dates import SHANGHAI
from app.kernel.errors import Refused
from app.kernel.messages import N_

TRIES_HERE, TRIES_ANYWHERE, TRIES_OF_ADDRESS = 5, 30, 100
"""Wrong ones in a quarter of an hour: of an account from one address or one known browser; of an account from anywhere,
by unknown browsers and by known ones; of one address, which a whole office may share."""
HERE = N_("密码错误次数过多，此账号在这里已锁定到{until}。请到时再试；急用请联系区县管理员解锁。")
ANYWHERE = N_(
    "密码错误次数过多，此账号已锁定到{until}，登录过此账号的浏览器除外。请到时再试；急用请联系区县管理员解锁。"
)
OF_ADDRESS = N_(
    "从您的网络地址登录的错误次数过多，已锁定到{until}，登录过的浏览器除外。请到时再试，或换一台登录过的电脑。"
)
OF_CODES = N_("验证码错误次数过多，此账号已锁定到{until}。请到时再试；急用请联系区县管理员解锁。")
LIMITS = {
    "at": (TRIES_HERE, HERE),
    "browser": (TRIES_HERE, HERE),
    "account": (TRIES_ANYWHERE, ANYWHERE),
    "browsers": (TRIES_ANYWHERE, HERE),
    "code": (TRIES_HERE, OF_CODES),
    "address": (TRIES_OF_ADDRESS, OF_ADDRESS),
}
"""Kinds of subjects: how many tries, and the message after them. All but the last concern an account."""


@dataclass(frozen=True)
class Try:
    """Somebody tries an account; `browser` is the mark of one that has logged in to it before."""

    username: str
    address: str
    browser: str | None = None
    by_code: bool = False

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """What the try counts for, the narrowest first; an account as a digest, for anything may be typed there."""
        account = _account(self.username)
        own: tuple[str, ...]
        if self.browser:
            own = (f"browser:{account}:{digest_of(self.browser)[:32]}", f"browsers:{account}")
        else:
            own = (f"at:{account}:{self.address}", f"account:{account}", f"address:{self.address}")
        # a code of six digits is guessed sooner than a password
        return (f"code:{account}", *own) if self.by_code else own


def reserve(engine: Engine, this: Try) -> None:
    """Count a try before it is looked at, so that tries at once can't outrun the count. Raises Refused.

    What is refused counts where it is refused and nowhere else.
    """
    counted: list[str] = []
    for subject in this.subjects:
        most, sentence = LIMITS[_kind(subject)]
        tries, until = count(engine, subject)
        if tries > most:
            _take_back(engine, counted)
            raise Refused(sentence, until=f"{until.astimezone(SHANGHAI):%H:%M}")
        counted.append(subject)


def succeed(engine: Engine, this: Try) -> None:
    """Take the try back, as the right one; here the wrong ones before it are forgotten too."""
    here = {s for s in this.subjects if LIMITS[_kind(s)][0] == TRIES_HERE}
    with engine.begin() as connection:
        connection.execute(delete(Attempt).where(Attempt.subject.in_(here)))
    _take_back(engine, [subject for subject in this.subjects if subject not in here])


def give_back(engine: Engine, this: Try) -> None:
    """Take one try back and leave the wrong ones counted: a right password doesn't excuse wrong codes."""
    _take_back(engine, this.subjects)


def refused(session: Session, this: Try) -> bool:
    """Return whether this try would be refused; asking does not count."""
    full = or_(*((Attempt.subject == s) & (Attempt.count >= LIMITS[_kind(s)][0]) for s in this.subjects))
    return session.scalars(select(select(Attempt.subject).where(full, _recent()).exists())).one()


def unlock(session: Session, username: str) -> None:
    """Let an account be tried again, from everywhere."""
    session.execute(delete(Attempt).where(_of_account() == _account(username)))


def locked(session: Session, usernames: Collection[str]) -> set[str]:
    """Return those accounts that can't be tried now, from everywhere or from some place."""
    accounts = {_account(name): name for name in usernames}
    query = select(_of_account()).where(_of_account().in_(accounts), _full(), _recent())
    return {accounts[account] for account in session.scalars(query)}


def is_locked(username: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the same as a condition of a column of names."""
    account = func.encode(func.sha256(func.convert_to(func.lower(username), "UTF8")), "hex")
    return exists().where(_of_account() == account, _full(), _recent())


def _take_back(engine: Engine, subjects: Collection[str]) -> None:
    with engine.begin() as connection:
        ordered = select(Attempt.subject).where(Attempt.subject.in_(subjects)).order_by(Attempt.subject)
        locked_ones = connection.scalars(ordered.with_for_update()).all()
        connection.execute(
            update(Attempt)
            .where(Attempt.subject.in_(locked_ones), Attempt.count > 0)
            .values(count=Attempt.count - 1)
        )


def _full():
    kind = func.split_part(Attempt.subject, ":", 1)
    return or_(*((kind == of) & (Attempt.count >= most) for of, (most, _) in LIMITS.items()))


def _recent():
    return Attempt.began_at > func.now() - LOCKED_FOR


def _of_account():
    return func.split_part(Attempt.subject, ":", 2)


def _kind(subject: str) -> str:
    return subject.partition(":")[0]


def _account(username: str) -> str:
    return digest_of(username.lower())
