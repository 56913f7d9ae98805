"""The real product as a process of its own: `run.py --demo` on a free port, with a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread, Timer

from playwright.sync_api import Browser, Playwright

from app.kernel.dates import SHANGHAI
from tests.desk.days import TODAY
from tests.desk.places import throw_away

ROOT = Path(__file__).parents[2]
GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "DEMO", "DEMO_DATE", "DEMO_YEAR", "HTTPS")
READY_SECONDS, STOP_SECONDS = 180, 60


class Demo:
    """A running demonstration: where it answers, where its ready-made sheets lie, which folder is its own."""

    def __init__(self, address: str, place: Path):
        self.address, self.sheets, self.place = address, place / "demo_sheets", place

    def uscc_of(self, sheet: str) -> str:
        """The employer that the demonstration's note names for a sheet."""
        from tests.desk.clerks import uscc_of

        return uscc_of(self.sheets, sheet)


@contextmanager
def running_demo(prepared: Path | None = None, *, year: bool = False, root: Path = ROOT) -> Iterator[Demo]:
    """Starts the product, waits until it says that it is ready, and ends it with everything it started.

    With `prepared`, on a copy of what an earlier start has made, which a start finds whole and leaves alone; with
    `year`, with the cases of the past year, without which the lists begin empty; of another release, checked out in
    `root`.
    """
    with _folder() as place:
        if prepared is not None:
            _copy(prepared, place)
        with _process(place, year, root) as address:
            yield Demo(address, place)


def prepare(folder: Path) -> None:
    """Leaves in `folder` what a start and an orderly end of the demonstration leave."""
    with _folder() as place:
        with _process(place):
            pass
        _copy(place, folder)


@contextmanager
def _folder() -> Iterator[Path]:
    place = throw_away("benefits-browser-")
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _process(place: Path, year: bool = False, root: Path = ROOT) -> Iterator[str]:
    process = _start(place, year, root)
    try:
        yield _wait(process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()


def _copy(source: Path, target: Path) -> None:
    """With the owners of the files: the database belongs to a user of its own."""
    subprocess.run(["cp", "--archive", f"{source}/.", str(target)], check=True)


def launch(playwright: Playwright) -> Browser:
    """The machine's own Chromium, else Playwright's; a run without either is a failure, not a skip."""
    chinese = {**os.environ, "LANGUAGE": "zh_CN", "LC_ALL": "C.UTF-8"}
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--lang=zh-CN"], env=chinese
    )


def _start(place: Path, year: bool, root: Path) -> subprocess.Popen[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {k: v for k, v in os.environ.items() if k not in GIVEN}
    if datetime.now(SHANGHAI).date() < TODAY:
        environ["DEMO_DATE"] = str(TODAY)
    environ |= {"PORT": str(port), "HOST": "127.0.0.1", "DATA_DIR": str(place), "PYTHONUNBUFFERED": "1"}
    environ["DEMO_YEAR"] = str(int(year))
    command = [sys.executable, "run.py", "--demo"]
    return subprocess.Popen(
        command, cwd=root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _wait(process: subprocess.Popen[str]) -> str:
    """Reads what the product prints up to its address; what it prints later is read and dropped."""
    late = Timer(READY_SECONDS, process.terminate)
    late.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ready: " in line:
            late.cancel()
            Thread(target=process.stdout.read, daemon=True).start()
            return line.split("Ready: ")[1].strip().rstrip("/")
    late.cancel()
    raise RuntimeError("the product did not start:\n" + "".join(said))
