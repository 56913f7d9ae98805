"""Schemathesis reads the document and calls the running server as it says, and as it doesn't."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from tests.desk.api import Caller, make_key, person
from tests.security.cases import digest

PROGRAM = Path(sys.executable).parent / "schemathesis"


@pytest.fixture
def address(system, api_app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, api_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def explore(address: str, key: str, tmp_path: Path, *options: str) -> subprocess.CompletedProcess:
    """Runs every check that Schemathesis has; `-n` are examples for each operation."""
    (tmp_path / "schemathesis.toml").write_text("")
    return subprocess.run(
        [
            *(PROGRAM, "--config-file", "schemathesis.toml", "run", f"{address}/api/v1/openapi"),
            *("--header", f"Authorization: Bearer {key}", "--checks", "all"),
            *("--no-color", "--seed", "20261126", "--generation-database", "none", *options),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )


def test_the_server_does_what_its_document_says(api_app, address, tmp_path):
    key = make_key(api_app)
    assert Caller(api_app, key).load("persons", [person(900)])["stored"] == 1
    cases = {"claims", "applications", "ab_user", "staff", "offices"}
    before = digest(api_app)
    found = explore(address, key, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "4")
    assert found.returncode == 0, found.stdout + found.stderr
    assert {name: digest(api_app)[name] for name in cases} == {name: before[name] for name in cases}


@pytest.mark.soak
def test_the_server_does_what_its_document_says_at_length(api_app, address, tmp_path):
    found = explore(address, make_key(api_app), tmp_path, "--max-examples", "300")
    assert found.returncode == 0, found.stdout + found.stderr
