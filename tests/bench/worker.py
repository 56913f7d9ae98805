"""`python -m tests.bench.worker WORK`: one long work done by a process of its own, as a job worker does; prints its peak memory.

Also the answer that follows an upload or a bulk action, whether the request did it or left it to a worker.
"""

from __future__ import annotations

import os
import subprocess
import sys

from app import create_app
from app.engine.scope import Scope
from app.extensions import db
from app.web.longwork.works import do
from tests.bench.county import TODAY
from tests.bench.measure import peak_mib
from tests.desk.clerks import Desk

KEYS = ("DATA_HASH_KEY", "DATA_CIPHER_KEY")


def follow(desk: Desk, path: str, form: dict) -> str:
    """Posts a form; the address that it leads to, a work done first when it is one."""
    answer = desk.client.post(path, data=form)
    if answer.status_code not in (302, 303):
        raise SystemExit(f"{path}: {answer.status_code} {answer.text}")
    if "/desk/works/" in answer.location:
        work(desk.client.application, answer.location.rpartition("/")[2])
    return answer.location


def work(app, work_id: str) -> None:
    """What a worker does with a job, in this process."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        do(db.session, work_id)


def apart(app, work_id: str) -> float:
    """The same in a process of its own; its peak of resident memory, MiB."""
    environ = os.environ | {key: app.config[key] for key in KEYS}
    environ |= {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": "bench"}
    command = [sys.executable, "-m", "tests.bench.worker", work_id]
    said = subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout
    return float(said.split()[-1])


if __name__ == "__main__":
    work(create_app({"TESTING": True, "TODAY": TODAY}), sys.argv[1])
    print(peak_mib())
