"""Another system that calls the API."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.engine.access import api_keys
from app.engine.access.api_keys import CASE_READ, REGISTER_LOAD
from app.engine.actor import Actor
from app.engine.scope import Scope, seeing
from app.extensions import db
from app.kernel.identifiers.citizen_id import check_digit
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG
from tests.security.cases import CASES_DAY


def citizen(number: int, year: int = 1980) -> str:
    stem = f"{JINJIANG}{year}0101{number:03d}"
    return stem + check_digit(stem)


def make_key(
    app, office: str = JINJIANG, abilities=(REGISTER_LOAD, CASE_READ), name: str = "测试系统"
) -> str:
    with app.app_context(), seeing(db.session, Scope.everything()):
        held = db.session.scalar(select(Office).where(Office.code == office))
        ends_on = CASES_DAY + timedelta(days=30)
        _, text = api_keys.make(db.session, Actor.command(), name, held, list(abilities), ends_on, CASES_DAY)
        db.session.commit()
    return text


class Caller:
    """Another system with its key."""

    def __init__(self, app, key: str | None, language: str = "zh"):
        self.client, self.headers = app.test_client(), {"Accept-Language": language}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, expect: int = 200, **query):
        answer = self.client.get(f"/api/v1/{path}", headers=self.headers, query_string=query)
        assert answer.status_code == expect, answer.text
        return answer.json

    def load(self, kind: str, rows, expect: int = 200, **query):
        answer = self.client.post(
            f"/api/v1/registers/{kind}", json=rows, headers=self.headers, query_string=query
        )
        assert answer.status_code == expect, answer.text
        return answer.json


def person(number: int, region: str = JINJIANG, **more) -> dict:
    return {"citizen_id": citizen(number), "name": f"测试人{number}", "region_code": region, **more}
