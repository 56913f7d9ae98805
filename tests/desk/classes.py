"""Training's screens, as a person at the desk uses them."""

from __future__ import annotations

import re

from flask import Flask

from tests.desk.clerks import HiringDesk
from tests.desk.days import after

CLASSES, DECLARATIONS, COMPLETION = (
    f"/training/{part}" for part in ("classes", "declarations", "completion")
)


class TrainingDesk(HiringDesk):
    base = "/training"

    def __init__(self, app: Flask, username: str):
        super().__init__(app, username)
        self.opens_on, self.closes_on = (after(n, app.config["TODAY"]) for n in (-42, -17))

    def open_class(self, uscc: str, project: int, **changed: str) -> str:
        """The number of the new class, as its address names it."""
        facts = {
            "employer": uscc,
            "project_id": str(project),
            "opens_on": str(self.opens_on),
            "closes_on": str(self.closes_on),
            "stop_from": str(after(-11, self.opens_on)),
            "stop_to": str(after(24, self.closes_on)),
            "hours": "40",
            "platform": "川培在线",
            "teacher": "李老师",
            "contact": "王主任 028-00000000",
            **changed,
        }
        return re.search(r"/show/(\d+)", self.post(f"{CLASSES}/add", facts))[1]

    def offered(self, class_id: str, typed: str) -> list[dict]:
        return self.client.post(f"{CLASSES}/offer/{class_id}", data={"q": typed}).json

    def move(self, address: str) -> str:
        return self.confirm(self.post(address))
