"""An application that is behind as soon as a file holds a greater number than when it began. Served as `tests.serving.numbered:app`."""

from __future__ import annotations

import os
from pathlib import Path

from app.serving import NEWER

NUMBER = Path(os.environ["TEST_NUMBER"])


class Numbered:
    """Answers with the number that it began with and the process."""

    def __init__(self) -> None:
        self.number = int(NUMBER.read_text())

    def __call__(self, environ: dict, start_response):
        newest = NUMBER.read_text()
        if newest != str(self.number):
            environ[NEWER] = int(newest) if newest.isdigit() else self.number + 1
        content = f"{self.number} {os.getpid()}".encode()
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return [content]


app = Numbered()
