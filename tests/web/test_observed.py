"""What an operator sees of a running product: numbered requests in the log, figures for Prometheus; nobody's data."""

import json
import logging.config
import os
import re
import subprocess
import sys
from textwrap import dedent

import pytest

from app import create_app, logs
from tests.desk.clerks import Desk
from tests.desk.database import settings

TOKEN = "scrape-me-2026"  # noqa: S105
LOGIN = 'endpoint="AuthView.login"'
CITIZEN_ID = "510104199003071234"


def made(cluster, keys, **more):
    return create_app(settings(cluster.urls, **{**keys, **more}))


def test_an_error_pages_number_is_the_answers_and_the_logs(demo_app, monkeypatch, caplog):
    monkeypatch.setitem(demo_app.view_functions, "PasswordView.change", lambda **_: 1 / 0)
    page = Desk(demo_app, "clerk").client.get("/settings/password/")
    shown = re.search(r"<code>([0-9a-f]{12})</code>", page.text)[1]
    assert page.status_code == 500
    assert page.headers["X-Request-ID"] == shown
    assert f"unhandled error {shown}" in caplog.text


def test_a_trace_that_a_library_writes_down_shows_no_rows(app):
    """What the job queue tells of a work that broke, as the log has it in either form."""
    said = "broke a rule\nDETAIL:  Key (name)=(欧阳某某) already exists.\n[SQL: INSERT …]"
    try:
        raise ValueError(said)
    except ValueError:
        record = logging.getLogger("procrastinate").makeRecord(
            "procrastinate", logging.ERROR, "", 0, "Job ended", (), sys.exc_info()
        )
    assert logs.Origin().filter(record)
    for style, wanted in (("json", json.loads), ("text", str)):
        facts = dict(logs.FORMATTERS[style])
        made = logging.config.DictConfigurator({"version": 1}).configure_formatter(facts)
        line = made.format(record)
        assert wanted(line) and "欧阳某某" not in line
        assert "DETAIL: —" in line and "[SQL: INSERT" in line and "test_observed.py" in line


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, "a1b2c3d4-e5f6", True), (0, "a1b2c3d4-e5f6", False), (1, "a b\t" * 9, False), (1, "x" * 65, False)],
)
def test_a_number_is_taken_from_our_own_proxy_only(app, cluster, keys, proxies, given, kept):
    answer = (
        made(cluster, keys, PROXIES=proxies).test_client().get("/login/", headers={"X-Request-ID": given})
    )
    assert (answer.headers["X-Request-ID"] == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["X-Request-ID"])


def test_figures_are_told_to_whom_has_the_token(demo_app, cluster, keys):
    client = made(cluster, keys, METRICS_TOKEN=TOKEN).test_client()
    client.get("/login/")
    for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer 令牌"}):
        assert client.get("/metrics", headers=wrong).status_code == 401
    body = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert f'benefits_requests_total{{{LOGIN},method="GET",status="200"}} 1.0' in body
    assert f'benefits_request_seconds_count{{{LOGIN},method="GET"}} 1.0' in body
    assert "benefits_database_up 1.0" in body
    unsealed = re.search(r'benefits_unsealed_entries{state="open"} (\d+)', body)
    assert int(unsealed[1]) > 0


def test_without_a_token_there_are_no_figures(app):
    assert app.test_client().get("/metrics").status_code == 404


def test_figures_say_when_the_database_is_away(cluster, keys):
    lost = made(
        cluster,
        keys,
        METRICS_TOKEN=TOKEN,
        SQLALCHEMY_DATABASE_URI="postgresql+psycopg://u:hidden@127.0.0.1:1/d",
    )
    answer = lost.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and "benefits_database_up 0.0" in answer.text


def test_the_log_is_json_and_the_figures_of_all_processes_are_one(system, app, cluster, keys, tmp_path):
    """In a process of its own, as it runs: two applications there count together."""
    program = dedent(f"""
        from app import create_app
        for _ in range(2):
            made = create_app()
            made.test_client().get("/login/?username={CITIZEN_ID}")
        made.test_client().get("/{CITIZEN_ID}")
        client = made.test_client()
        print(client.get("/metrics", headers={{"Authorization": "Bearer {TOKEN}"}}).text)
    """)
    environ = os.environ | keys | {"DATABASE_URL": cluster.urls.runtime, "SECRET_KEY": "test"}
    environ |= {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "METRICS_TOKEN": TOKEN}
    environ |= {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True)
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    told = [line for line in lines if line["logger"] == "app.logs"]
    assert [(line["message"], line["status"]) for line in told[:2]] == [("GET /login/ 200", 200)] * 2
    assert told[0]["request"] != told[1]["request"] and told[0]["ms"] > 0
    assert told[0].keys() >= {"time", "level", "logger", "request", "user", "message", "endpoint", "status"}
    assert told[2]["status"] in (302, 404)
    assert CITIZEN_ID not in ran.stderr
    assert f'benefits_requests_total{{{LOGIN},method="GET",status="200"}} 2.0' in ran.stdout
