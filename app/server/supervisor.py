"""What run.py stands on: refusals, the lock, signals as a flag, and children that never outlive it."""

import ctypes
import errno
import fcntl
import http.client
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.1
LOWEST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
PR_SET_PDEATHSIG = 1
AGAIN = os.EX_TEMPFAIL
"""The exit code of a child that wants to be started anew."""
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# where to ask a server that listens everywhere
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nosec B104


class CannotRun(Exception):
    """The run cannot go on; the message is all the operator needs."""


class StopRequested(Exception):
    """Somebody asked the supervisor to end: no failure."""


class StopFlag:
    """Signals only set a flag, so that none can strike between a child's birth and its being written down."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_) -> None:
        self._asked = True

    def check(self) -> None:
        if self._asked:
            raise StopRequested


@contextmanager
def sole_supervisor(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the one supervisor; the kernel drops it with its holder, so a killed one never blocks the next."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CannotRun(
            f"已有另一个 run.py 正在使用数据目录 {data_dir}，请先停止它 / "
            f"another run.py is using {data_dir}: stop it first"
        ) from None
    finally:
        os.close(descriptor)


def require_free_port(host: str, port: int) -> None:
    """Refuse before anything is started: gunicorn would find out only after the database is up."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as failure:
        why = "已被占用 / already in use" if failure.errno == errno.EADDRINUSE else str(failure)
        raise CannotRun(f"无法监听 / cannot listen on {host}:{port} (HOST, PORT): {why}") from None


def require_port_for(account: pwd.struct_passwd | None, port: int) -> None:
    """Refuse low ports: they are root's, and web workers never are."""
    lowest = int(LOWEST_PORT.read_text()) if LOWEST_PORT.exists() else 1024
    if account and port < lowest:
        raise CannotRun(
            f"网页进程以 {account.pw_name} 运行，不能使用 {lowest} 以下的端口；请另选 PORT，由 deploy/nginx.conf 转发 / "
            f"web workers run as {account.pw_name} and can't have a PORT below {lowest}: choose another behind deploy/nginx.conf"
        )


def answers(host: str, port: int) -> bool:
    """Return whether a worker answers; that the port is open says only that gunicorn's master is there."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def die_with_parent(parent: int) -> None:
    """End this process when its parent, given by pid, ends in whatever way; the kernel does it, on Linux only."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


class Children:
    """The processes of one run, each in its own session: a terminal's Ctrl-C reaches the supervisor alone."""

    def __init__(self, directory: Path, stop: StopFlag, grace_seconds: float = 30) -> None:
        self._directory, self._stop, self._grace_seconds = directory, stop, grace_seconds
        self._running: dict[str, subprocess.Popen] = {}
        self._alive: dict[str, Callable[[], bool]] = {}
        self._anew: dict[str, Callable[[], None]] = {}

    def start(
        self,
        name: str,
        environ: Mapping[str, str],
        *arguments: str,
        account: pwd.struct_passwd | None = None,
    ) -> None:
        """Start `python -m <arguments>` in the background; of an account if one is given, without our groups."""
        given: dict[str, Any] = {}
        if account:
            given = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            environ = {**environ, "HOME": account.pw_dir}
        # the programs are run.py's own
        child = self._running[name] = subprocess.Popen(  # noqa: S603  # nosec B603
            (sys.executable, "-m", *arguments),
            cwd=self._directory,
            env=environ,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
            **given,
        )
        self.also(name, lambda: child.poll() is None)
        self._anew[name] = partial(self.start, name, environ, *arguments, account=account)

    def also(self, name: str, alive: Callable[[], bool]) -> None:
        """Watch something more that the run cannot do without."""
        self._alive[name] = alive

    def finish(self, name: str, environ: Mapping[str, str], *arguments: str) -> None:
        """Run one step that the rest depends on; it may take as long as it needs."""
        self.start(name, environ, *arguments)
        del self._alive[name]
        step = self._running[name]
        self.wait_until(lambda: step.poll() is not None, float("inf"), "")
        del self._running[name]
        if step.returncode:
            raise CannotRun(f"准备步骤失败 / step failed: {name} (exit {step.returncode})")

    def wait_until(self, condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """End early when somebody asks to stop or a child dies."""
        deadline = time.monotonic() + seconds
        while not condition():
            self._check()
            if time.monotonic() > deadline:
                raise CannotRun(otherwise)
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Watch until somebody asks to stop or a child dies, each an exception."""
        self.wait_until(lambda: False, float("inf"), "")

    def _check(self) -> None:
        self._stop.check()
        for name, alive in list(self._alive.items()):
            if name in self._anew and self._running[name].poll() == AGAIN:
                self._anew[name]()
            elif not alive():
                raise CannotRun(f"进程意外退出，系统已停止 / ended unexpectedly, all is stopped: {name}")

    def stop(self) -> None:
        """Ask all at once to stop; what has not ended by the deadline is killed, with all it started."""
        for child in self._running.values():
            with suppress(ProcessLookupError):
                child.terminate()
        deadline = time.monotonic() + self._grace_seconds
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self._running.clear()
