"""How far one piece of work is, told by who does it to anyone who watches."""

from __future__ import annotations


class Cancelled(Exception):
    """The one who asked no longer wants it; the transaction is rolled back."""


class TooLong(Exception):
    """More rows than are done while the person waits: a worker does it instead."""


class Progress:
    """Rows in all, the share of the work that is done, and whether anybody still wants it.

    `most` is how many rows may be done now; who finds more of them raises TooLong before anything is changed.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most, self.total, self.share, self.cancelled = most, 0, 0.0, False

    def count(self, total: int) -> None:
        """Count so many rows more. Raises TooLong, Cancelled."""
        self.total = total
        if self.most is not None and total > self.most:
            raise TooLong
        self.reach(self.share)

    def reach(self, share: float) -> None:
        """Note a share of 0 to 1 as done. Raises Cancelled."""
        self.share = share
        if self.cancelled:
            raise Cancelled

    @property
    def done(self) -> int:
        """About how many rows are done; some steps treat all of them at once."""
        return int(self.total * self.share)
