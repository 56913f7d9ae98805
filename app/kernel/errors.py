"""Errors that a person is meant to read, told apart by what the caller does about them."""

from app.kernel.messages import Message, Param


class DomainError(Exception):
    """Anything that the domain refuses; its message is fit for the screen."""

    def __init__(self, msgid: str, /, **params: Param) -> None:
        self.message = Message(msgid, **params)
        super().__init__(self.message)


class Refused(DomainError):
    """An operation that the rules forbid."""


class NotFound(DomainError):
    """Something that is not there, or not within this person's sight."""


class BadSheet(DomainError):
    """A file that cannot be read as the sheet it should be."""


class BadValue(DomainError):
    """A value that cannot be what it claims to be."""
