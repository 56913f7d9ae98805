"""`python -m tests.bench.slow`: how long a page takes while 200 connections trickle, at a host and behind each proxy (aim: 1 s)."""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.clients import spread
from tests.bench.server import product
from tests.desk.proxies import balancer, haproxy, nginx, running_hosts
from tests.desk.slow import MANY, Crowd, Visitor

KEYS = ("DATA_HASH_KEY", "DATA_CIPHER_KEY")
PATIENCE = 120
AIM_SECONDS = 1.0


@contextmanager
def served(configured, url: str, keys: dict[str, str], place: Path) -> Iterator[str]:
    """The address of a host with two workers, or of a balancer in front of two with one each."""
    if configured is None:
        with running_hosts(url, keys, 1, WEB_WORKERS="2") as [(address, _)]:
            yield f"http://{address}"
        return
    with (
        running_hosts(url, keys, 2, HTTPS="1", PROXIES="1") as hosts,
        balancer(configured, [address for address, _ in hosts], place) as (secure, _),
    ):
        yield secure


def measure(address: str, seconds: float) -> None:
    for name, many in (("alone", 0), (f"beside {MANY} slow ones", MANY)):
        visitor = Visitor(address, PATIENCE)
        if many:
            with Crowd(address, many).at_work() as crowd:
                visitor.look_around(seconds)
            name = f"{name} ({min(crowd.counted)} at least)"
        else:
            visitor.look_around(seconds)
        taken = [each * 1000 for times in visitor.seconds.values() for each in times]
        print(f"  {name:36} {len(taken):5} pages  {spread(taken)}  longest {max(taken):7.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    seconds = parser.parse_args().seconds
    warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    with (
        tempfile.TemporaryDirectory() as folder,
        product(DEMO=True, DATA_DIR=Path(folder)) as (app, _),
    ):
        loaded = app.test_cli_runner().invoke(args=["demo", "load"])
        if loaded.exit_code:
            raise SystemExit(loaded.output)
        keys = {name: app.config[name] for name in KEYS}
        for configured in (None, haproxy, nginx):
            place = Path(tempfile.mkdtemp(dir=folder))
            with served(configured, app.config["SQLALCHEMY_DATABASE_URI"], keys, place) as address:
                print(configured.__name__ if configured else "direct")
                measure(address, seconds)
    print(f"aim: {AIM_SECONDS} s a page")


if __name__ == "__main__":
    main()
