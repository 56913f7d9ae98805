"""A backup brings everything back, on another server too; what is damaged, foreign or in the way is refused before it harms."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading

import pytest
from sqlalchemy import NullPool, create_engine, text

from app import create_app
from app.extensions import db
from app.kernel.crypto import Vault, new_key
from app.kernel.errors import Refused
from app.server import backup
from app.server.database import EmbeddedServer
from tests.desk.clerks import Desk, HiringDesk
from tests.desk.database import DEMO, settings
from tests.desk.days import END, OVER, TODAY
from tests.desk.packaged import packaged_server
from tests.desk.places import throw_away


@pytest.fixture(scope="module")
def worked(application, cluster, demo_files):
    """The demonstration with a list that is checked and sent, and its audit log sealed."""
    with cluster.copied(application, DEMO):
        HiringDesk(application, "clerk").hand_in(demo_files, "2-mixed.xlsx")
        yield application


@pytest.fixture(scope="module")
def made(worked, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backups") / "monday"
    result = worked.test_cli_runner().invoke(args=["backup", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def elsewhere():
    """Another server with an empty database."""
    place = throw_away("benefits-other-")
    server = EmbeddedServer(place)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


def emptied(urls):
    with create_engine(urls.owner, poolclass=NullPool).begin() as connection:
        connection.execute(text(backup.EMPTIED))
    return urls


def tables(urls) -> int:
    with create_engine(urls.owner, poolclass=NullPool).connect() as connection:
        return len(connection.scalars(text(backup.TABLES)).all())


def everything(url: str) -> dict:
    """table → its rows, as one digest."""
    digest = "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} t"
    with create_engine(url, poolclass=NullPool).connect() as connection:
        names = connection.scalars(text(backup.TABLES)).all()
        return {name: connection.scalar(text(digest.format(name))) for name in names}


def copied(made, tmp_path):
    return shutil.copytree(made, tmp_path / "copy")


def vault_of(keys) -> Vault:
    return Vault.from_base64(keys["DATA_HASH_KEY"], keys["DATA_CIPHER_KEY"])


def test_all_is_there_again_on_another_server_and_goes_on(worked, made, elsewhere, cluster, keys):
    before = everything(cluster.urls.owner)
    moved = create_app(settings(emptied(elsewhere), **keys))
    run = moved.test_cli_runner()
    result = run.invoke(args=["restore", str(made)])
    assert result.exit_code == 0, result.output
    assert "已恢复" in result.output
    assert everything(elsewhere.owner) == before
    assert run.invoke(args=["prepare"]).exit_code == 0
    assert run.invoke(args=["audit", "verify"]).exit_code == 0
    clerk = HiringDesk(moved, "clerk")
    assert "待审核" in clerk.get("/hiring/query/list/?state=submitted")
    assert "[C-01]" not in clerk.get("/hiring/applications/list/")
    with (
        create_engine(elsewhere.runtime, poolclass=NullPool).connect() as connection,
        pytest.raises(Exception, match="permission denied"),
    ):
        connection.execute(text("DELETE FROM audit_entries"))
    refused = run.invoke(args=["restore", str(made)])
    assert refused.exit_code == 1 and "已有数据" in refused.output


def test_a_database_of_something_else_is_not_emptied(made, elsewhere, keys):
    urls = emptied(elsewhere)
    with create_engine(urls.owner, poolclass=NullPool).begin() as connection:
        connection.execute(text("CREATE TABLE theirs AS SELECT 1 AS one"))
    with pytest.raises(Refused, match="已有数据"):
        backup.restore(urls.owner, vault_of(keys), made)
    assert tables(urls) == 1


@pytest.mark.parametrize("differs", ["rows", "money", "head"])
def test_what_comes_back_otherwise_than_stated_does_not_come_at_all(
    made, elsewhere, keys, monkeypatch, differs
):
    """The database is as it was before, a prepared one with its tables."""
    urls, examine = emptied(elsewhere), backup.examine
    run = create_app(settings(urls, **keys)).test_cli_runner()
    assert run.invoke(args=["prepare"]).exit_code == 0
    before = everything(urls.owner)

    def stated(*args):
        said = examine(*args)
        if differs == "rows":
            said["rows"]["checks"] += 1
        return said | {
            "money": {"money": []}.get(differs, said["money"]),
            "head": "00" if differs == "head" else said["head"],
        }

    monkeypatch.setattr(backup, "examine", stated)
    named = {"rows": "checks", "money": "money", "head": "seal"}[differs]
    with pytest.raises(Refused, match=f"differs: {named}"):
        backup.restore(urls.owner, vault_of(keys), made)
    assert everything(urls.owner) == before


def test_keys_that_only_part_of_the_data_needs_are_asked_for(made, elsewhere, keys, monkeypatch):
    monkeypatch.setattr(Vault, "opens", lambda self, header: False)
    with pytest.raises(Refused, match="DATA_READ_KEYS"):
        backup.restore(emptied(elsewhere).owner, vault_of(keys), made)


def test_a_newly_prepared_database_is_filled_as_well(worked, made, elsewhere, keys):
    fresh = create_app(settings(emptied(elsewhere), **keys))
    run = fresh.test_cli_runner()
    assert run.invoke(args=["prepare"]).exit_code == 0
    assert run.invoke(args=["restore", str(made)]).exit_code == 0
    assert Desk(fresh, "auditor").get("/")


def test_a_backup_is_one_moment_while_people_work(worked, tmp_path, cluster, keys):
    """Rows that come while it is made are in all of it or in none of it."""
    over, added = threading.Event(), 0

    def work():
        nonlocal added
        with create_engine(cluster.urls.owner, poolclass=NullPool).connect() as connection:
            while not over.is_set():
                adding = "INSERT INTO audit_entries (event, actor_name, address) VALUES ('logout', 'x', 'x')"
                connection.execute(text(adding))
                connection.commit()
                added += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        said = backup.make(cluster.urls.owner, vault_of(keys), tmp_path / "live", "0")
    finally:
        over.set()
        worker.join()
    found = subprocess.run(
        [
            backup._program("pg_restore"),
            "--data-only",
            "--table=audit_entries",
            "--file=-",
            tmp_path / "live" / backup.DUMP,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = found.partition("FROM stdin;\n")[2].partition("\n\\.")[0].splitlines()
    assert len(rows) == said["rows"]["audit_entries"]
    assert added > 3


def damaged(folder):
    path = folder / backup.DUMP
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def changed(folder):
    path = folder / backup.MANIFEST
    said = json.loads(path.read_text())
    said["rows"]["claims"] += 1
    path.write_text(json.dumps(said))


def halved(folder):
    (folder / backup.DUMP).unlink()


@pytest.mark.parametrize(
    ("harm", "said"), [(damaged, "已损坏"), (changed, "清单被改动"), (halved, "不是完整的备份")]
)
def test_what_is_no_whole_backup_touches_nothing(made, elsewhere, keys, tmp_path, harm, said):
    folder, urls = copied(made, tmp_path), emptied(elsewhere)
    harm(folder)
    with pytest.raises(Refused, match=said):
        backup.restore(urls.owner, vault_of(keys), folder)
    assert tables(urls) == 0


@pytest.mark.parametrize(
    ("name", "said"), [("DATA_HASH_KEY", "密钥与备份不符"), ("DATA_CIPHER_KEY", "DATA_READ_KEYS")]
)
def test_other_keys_touch_nothing(made, elsewhere, keys, name, said):
    urls = emptied(elsewhere)
    with pytest.raises(Refused, match=said):
        backup.restore(urls.owner, vault_of(keys | {name: new_key()}), made)
    assert tables(urls) == 0


def test_a_failed_backup_leaves_nothing(worked, cluster, keys, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_program", lambda name: "/bin/false")
    with pytest.raises(Refused, match="pg_dump"):
        backup.make(cluster.urls.owner, vault_of(keys), tmp_path / "b", "0")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_never_overwritten_and_holds_no_key(worked, made, keys):
    again = worked.test_cli_runner().invoke(args=["backup", str(made)])
    assert again.exit_code == 1 and "已经存在" in again.output
    for path in made.iterdir():
        content = path.read_bytes()
        assert not [name for name, key in keys.items() if key.encode() in content]


def test_the_oldest_postgresql_that_is_promised_takes_the_office_over(
    system, made, keys, demo_files, tmp_path
):
    """The way out of one machine, as deploy/operations.md tells it, to what Debian packages; then a list goes all its way there."""
    with packaged_server() as urls:
        moved = create_app(settings(urls, **keys))
        run = moved.test_cli_runner()
        for command in (["restore", str(made)], ["prepare"], ["audit", "verify"]):
            result = run.invoke(args=command)
            assert result.exit_code == 0, result.output
        clerk, reviewer, cashier = (HiringDesk(moved, name) for name in ("clerk", "reviewer", "cashier"))
        clerk.hand_in(demo_files, "1-good.xlsx")
        reviewer.act("review", "approve")
        reviewer.act("publicity", "publicize", start=str(TODAY), end=str(END))
        moved.config["TODAY"] = OVER
        reviewer.act("outcome", "pass_publicity")
        assert int(re.search(r'id="moved">(\d+)<', cashier.act("disbursement", "list"))[1]) > 40
        assert run.invoke(args=["backup", str(tmp_path / "there")]).exit_code == 0
        with moved.app_context():
            db.engine.dispose()
