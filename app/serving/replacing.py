"""Replaces the workers of a host in turn: a successor is ready before the oldest ends, so that no request has to wait or fails.

gunicorn's own reload ends the old ones first. The master adds a worker on SIGTTIN and ends the oldest on SIGTTOU; the
workers ask it for both, by what they have written down together.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from struct import Struct
from tempfile import TemporaryFile

LAYOUT = Struct("<qii")
PAUSE_SECONDS = 0.1
"""Two signals of one kind become one while the first waits, and nothing tells when it has been taken."""
FAILED_SECONDS = 5
log = logging.getLogger(__name__)


@dataclass
class Note:
    """`newest` is the number that is being taken up, `left` says how many successors are to come, `coming` how many of them have been asked for."""

    newest: int
    left: int
    coming: int


class Book:
    """The note of one host's workers. Master and workers share the file by its descriptor; the kernel frees the lock of who dies."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  # as long as the process
        self.clear()

    def clear(self) -> None:
        """Forget what was under way, for the master begins with workers that are all new."""
        with self._locked():
            self._write(Note(0, 0, 0))

    def ask(self, master: int, workers: int, newest: int) -> None:
        """Ask for successors of all workers, unless that has been done for this number."""
        with self._noted() as note:
            if note.newest < newest:
                note.newest, note.left = newest, workers + note.coming
                if not note.coming:
                    _ask_for_one(master, note)

    def arrive(self, master: int) -> None:
        """End the oldest worker now that this one is ready, and ask for the next; nothing if nobody has asked for this one."""
        with self._noted() as note:
            if note.coming:
                note.coming, note.left = note.coming - 1, note.left - 1
                _send(master, signal.SIGTTOU)
                if note.left > 0:
                    _ask_for_one(master, note)

    @property
    def replacing(self) -> bool:
        """Whether a successor is on its way."""
        with self._noted() as note:
            return note.coming > 0

    @contextmanager
    def _noted(self) -> Iterator[Note]:
        with self._locked():
            note = Note(*LAYOUT.unpack(os.pread(self._file.fileno(), LAYOUT.size, 0)))
            yield note
            self._write(note)

    def _write(self, note: Note) -> None:
        os.pwrite(self._file.fileno(), LAYOUT.pack(*astuple(note)), 0)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _ask_for_one(master: int, note: Note) -> None:
    note.coming += 1
    _send(master, signal.SIGTTIN)


def _send(master: int, number: signal.Signals) -> None:
    os.kill(master, number)
    time.sleep(PAUSE_SECONDS)


def give_up(error: BaseException) -> None:
    """End a successor that can't begin: the old workers serve on, where gunicorn would end the host. The master tries another."""
    log.error("a successor could not begin; the workers before it go on", exc_info=error)
    time.sleep(FAILED_SECONDS)
    os._exit(1)


BOOK = Book()
"""Made by the master when it reads its settings, and inherited."""
