"""The supervisor: one command that starts the whole product and ends it without leaving anything behind."""

import argparse
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from app.kernel.crypto import new_key
from app.server.database import (
    DatabaseConfigError,
    EmbeddedServer,
    EmbeddedServerError,
    Urls,
    from_environment,
    secret,
)
from app.server.lesser import let_run, worker_account
from app.server.supervisor import (
    CannotRun,
    Children,
    StopFlag,
    StopRequested,
    answers,
    require_free_port,
    require_port_for,
    sole_supervisor,
)

ROOT = Path(__file__).resolve().parent
KEYS = ("SECRET_KEY", "DATA_HASH_KEY", "DATA_CIPHER_KEY")
MAKE_KEY = 'python -c "from app.kernel.crypto import new_key; print(new_key())"'
READY_SECONDS = 120


@dataclass(frozen=True)
class Settings:
    """What the operator gives in the environment, checked before anything is started."""

    host: str
    port: int
    data_dir: Path
    workers: int

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        port, workers = (_number(environ, *of) for of in (("PORT", 8080, 65535), ("WEB_WORKERS", 2, 64)))
        data_dir = Path(environ.get("DATA_DIR") or ROOT / "instance").resolve()
        return cls(environ.get("HOST") or "127.0.0.1", port, data_dir, workers)

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


def _number(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise CannotRun(f"{name} 必须是 1 到 {most} 的整数 / {name} must be a whole number from 1 to {most}")
    return int(text)


def _keys(environ: Mapping[str, str], data_dir: Path, demo: bool) -> dict[str, str]:
    """Made here for a demonstration only: real data is lost with its keys, so an operator must keep them."""
    missing = [name for name in KEYS if not environ.get(name)]
    if missing and not demo:
        names = ", ".join(missing)
        raise CannotRun(f"缺少密钥，请逐个生成并妥善保存 / missing keys: {names}. Make each with: {MAKE_KEY}")
    return {name: environ.get(name) or secret(data_dir, name, new_key) for name in KEYS}


def _children_environ(settings: Settings, keys: dict[str, str], urls: Urls, demo: bool) -> dict[str, str]:
    """What web server and worker see: the runtime login, never the owner's.

    Beside the embedded database there is no host of an older release, which could not read the new format.
    """
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_OWNER_URL", "DEMO"}}
    given = {"HOST": settings.host, "PORT": str(settings.port), "WEB_WORKERS": str(settings.workers)}
    given |= {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": urls.runtime, "PYTHONUNBUFFERED": "1"}
    form = {"DATA_CIPHER_FORMAT": "new"} if from_environment(os.environ) is None else {}
    return form | kept | keys | given | ({"DEMO": "1"} if demo else {})


def _database(stack: ExitStack, children: Children, data_dir: Path) -> Urls:
    """The operator's database, or the embedded one, which ends after the children and is missed like one."""
    urls = from_environment(os.environ)
    if urls is None:
        server = EmbeddedServer(data_dir)
        stack.callback(server.stop)
        urls = server.start()
        children.also("database", server.running)
    return urls


def supervise(demo: bool) -> None:
    """Runs until somebody asks to stop (StopRequested) or it fails (Refused); both leave nothing running."""
    stop, settings = StopFlag(), Settings.read(os.environ)
    with ExitStack() as stack:
        stack.enter_context(sole_supervisor(settings.data_dir))
        keys = _keys(os.environ, settings.data_dir, demo)
        account = worker_account()
        require_port_for(account, settings.port)
        require_free_port(settings.host, settings.port)
        if account:
            let_run(ROOT)
        children = Children(ROOT, stop)
        urls = _database(stack, children, settings.data_dir)
        stack.callback(children.stop)
        environ = _children_environ(settings, keys, urls, demo)

        owner = environ | {"DATABASE_OWNER_URL": urls.owner}
        children.finish("prepare", owner, "flask", "--app", "app", "prepare")
        if demo:
            year = () if os.environ.get("DEMO_YEAR") == "0" else ("--year",)
            children.finish("demo load", owner, "flask", "--app", "app", "demo", "load", *year)
        web = ("gunicorn", "--config", "deploy/gunicorn.conf.py", "app:create_app()")
        children.start("web", environ, *web, account=account)
        children.start("jobs", environ, "flask", "--app", "app", "jobs", "work", account=account)
        late = f"网页服务未能及时就绪 / the web server was not ready within {READY_SECONDS} s"
        children.wait_until(lambda: answers(settings.host, settings.port), READY_SECONDS, late)
        print(f"系统已启动 / Ready: {settings.address}", flush=True)
        children.watch()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="演示数据，自动生成密钥 / demo data and keys")
    demo = parser.parse_args().demo
    with suppress(StopRequested):
        try:
            supervise(demo)
        except (CannotRun, DatabaseConfigError, EmbeddedServerError) as why:
            print(why, file=sys.stderr, flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
