"""Errors that a person is meant to read, told apart by what the caller does about them."""

import errno

from app.kernel.messages import N_, Message, Param


class DomainError(Exception):
    """Anything that the domain refuses; its message is fit for the screen."""

    def __init__(self, msgid: str, /, **params: Param) -> None:
        self.message = Message(msgid, **params)
        super().__init__(self.message)


class Refused(DomainError):
    """An operation that the rules forbid."""


class Withdrawn(Refused):
    """Something that was this person's to take, and is no longer."""


class Stale(Refused):
    """A change of a row that somebody has changed since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "此记录已被他人修改，您的修改没有保存。请对照最新内容核对，确认后再次保存，以再次保存的内容为准。"
            )
        )


class NotFound(DomainError):
    """Something that is not there, or not within this person's sight."""


class BadSheet(DomainError):
    """A file that cannot be read as the sheet it should be."""


class BadValue(DomainError):
    """A value that cannot be what it claims to be."""


class Malformed(BadValue):
    """Not what the document of the API describes; what the domain refuses is told apart by its status."""


class Unreadable(BadValue):
    """A ciphertext that doesn't open where it lies: altered, put elsewhere, or of a key or format that isn't read."""


NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = "53100"
AWAY = ("08", "57P")
"""SQLSTATEs of connections that break or are refused: the database ends, begins, or is out of reach."""


def is_no_room(error: BaseException | None) -> bool:
    """Return whether a full disk lies behind an error: this machine's, or the database's."""
    while error is not None:
        if _sqlstate(error) == DISK_FULL or getattr(error, "errno", None) in NO_ROOM:
            return True
        error = error.__cause__ or error.__context__
    return False


def is_database_away(error: BaseException) -> bool:
    """Return whether a driver's error says that there is no connection; one without a state never had an answer."""
    lost = getattr(error, "connection_invalidated", False)
    unanswered = type(error).__name__ == "OperationalError" and _sqlstate(error) is None
    return lost or unanswered or (_sqlstate(error) or "").startswith(AWAY)


def _sqlstate(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)
