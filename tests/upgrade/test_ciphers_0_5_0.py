"""The ciphertexts of release 0.5.0 open anywhere; `keys rotate` binds each to its place, and then `only` is possible."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool, create_engine, text

from app.engine.keys.rotation import sealed_columns
from app.extensions import db
from app.kernel.crypto import is_free
from app.kernel.errors import Refused
from app.server import backup
from tests.desk.clerks import HiringDesk
from tests.upgrade.office import FOLDER, under

NAMED = """
    SELECT count(*) AS accounts, count(*) FILTER (WHERE num_nonnulls(a.employer_id, a.person_id) = 1) AS named,
           count(*) FILTER (WHERE a.employer_id IS NOT DISTINCT FROM x.employer_id
                              AND a.person_id IS NOT DISTINCT FROM x.payee_person_id) AS right
    FROM accounts a JOIN applications x ON x.account_id = a.id
"""


def free_ones(upgraded) -> int:
    counts = (
        f"SELECT count(*) FROM {table} WHERE get_byte({column.name}, 0) < 4 AND octet_length({column.name}) > 0"
        for table, columns in sealed_columns().items()
        for column in columns
    )
    return sum(upgraded.rows(count)[0][0] for count in counts)


def readiness(upgraded):
    return upgraded.app.test_client().get("/health/ready").status_code


def test_only_refuses_the_backup_and_touches_nothing(upgraded, monkeypatch):
    vault = under(upgraded.app, monkeypatch, "only")
    with pytest.raises(Refused, match="DATA_CIPHER_FORMAT"):
        backup.restore(upgraded.urls.owner, vault, FOLDER)


def test_only_is_not_ready_while_the_old_format_is_left_and_status_counts_it(upgraded, monkeypatch):
    assert free_ones(upgraded) > 100
    under(upgraded.app, monkeypatch, "only")
    told = upgraded.command("keys", "status")
    assert f"旧格式还有 {free_ones(upgraded)} 个" in told and "DATA_CIPHER_FORMAT=only" in told
    assert readiness(upgraded) == 503


def test_the_runtime_login_cannot_rotate(upgraded, monkeypatch):
    monkeypatch.setitem(upgraded.app.config, "DATABASE_OWNER_URL", upgraded.urls.runtime)
    result = upgraded.app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert result.exit_code == 1 and "DATABASE_OWNER_URL" in result.output
    assert free_ones(upgraded) > 100


def test_rotation_binds_everything_and_names_whom_accounts_pay(upgraded, monkeypatch):
    assert upgraded.rows(NAMED)[0].named == 0
    vault = under(upgraded.app, monkeypatch, "new")
    told = upgraded.command("keys", "rotate")
    assert "全部数据已按当前设置加密" in told and "left 0" in told
    assert free_ones(upgraded) == 0 and not is_free(vault.header)
    accounts = upgraded.rows(NAMED)[0]
    assert accounts.accounts == accounts.named == accounts.right > 0
    told = upgraded.command("keys", "status")
    assert "可以改为 only" in told and "须更换" not in told


def test_everything_is_read_afterwards_the_old_format_refused(upgraded, monkeypatch):
    under(upgraded.app, monkeypatch, "new")
    upgraded.command("keys", "rotate")
    under(upgraded.app, monkeypatch, "only")
    assert readiness(upgraded) == 200
    lists = "SELECT min(payment_list_id) FROM claims WHERE programme = 'hiring_subsidy'"
    ((one,),) = upgraded.rows(lists)
    cashier, clerk = HiringDesk(upgraded.app, "cashier"), HiringDesk(upgraded.app, "clerk")
    assert cashier.client.post(f"/hiring/payment_lists/export/{one}").status_code == 200
    ((failed, paper),) = upgraded.rows(
        "SELECT (SELECT min(application_id) FROM failed_rows), (SELECT min(id) FROM attachments)"
    )
    page = clerk.get(f"/hiring/applications/show/{failed}")
    assert "**********" in page and "无法解开" not in page
    assert clerk.client.get(f"/hiring/applications/attachment/{paper}").status_code == 200


def test_an_account_that_pays_two_is_left_and_told(upgraded, monkeypatch, caplog):
    """Nobody can tell whom it is bound to; 0.5.0 made none such."""
    old = under(upgraded.app, monkeypatch, "old")
    with create_engine(upgraded.urls.owner, poolclass=NullPool).begin() as connection:
        made = """INSERT INTO accounts (bank_name, holder, number_cipher, last4)
                  VALUES ('某行', '某单位', :cipher, '0018') RETURNING id"""
        account = connection.scalar(text(made), {"cipher": old.encrypt("6228480402564890018", b"")})
        connection.execute(
            text("""UPDATE applications SET account_id = :account WHERE id IN (
                    SELECT min(id) FROM applications WHERE payee_kind = 'unit' GROUP BY employer_id LIMIT 2)"""),
            {"account": account},
        )
    under(upgraded.app, monkeypatch, "new")
    result = upgraded.app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert result.exit_code == 1 and "还有 1 行未更换" in result.output
    assert str([account]) in caplog.text
    assert free_ones(upgraded) == 1
    with upgraded.app.app_context():
        db.session.remove()
