"""Debian's Firefox without a window, driven by WebDriver BiDi: what the walk through the desk needs of it, no more."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser.desk import SMALL

LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PREFERENCES = {
    "intl.accept_languages": "zh-CN, zh",
    "layout.css.prefers-color-scheme.content-override": 1,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
}
START_SECONDS, WAIT_SECONDS = 60, 30
KEYS = {"Control": "\ue009", "Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowDown": "\ue015"}
PLACE = """([selector, words]) => {
  const one = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility() &&
    (each.getAttribute("aria-label") || each.textContent).includes(words));
  if (!one || document.readyState !== "complete") return null;
  one.scrollIntoView({ block: "nearest" });
  const { left, top, width, height } = one.getBoundingClientRect();
  return [Math.round(left + width / 2), Math.round(top + height / 2)];
}"""


class Firefox:
    """One tab. `troubles` holds errors and warnings of pages and their scripts."""

    def __init__(self, connection: ClientConnection):
        self._connection, self._number = connection, 0
        self.troubles: list[str] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        self._context = self.command("browsingContext.getTree")["contexts"][0]["context"]
        self.resize(SMALL)

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; raise RuntimeError where the browser refuses it."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(WAIT_SECONDS))
            if answer.get("id") == self._number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}, {answer['message']}")
                return answer["result"]
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        entry = event.get("params", {})
        if event.get("method") == "log.entryAdded" and entry["level"] in ("error", "warn"):
            self.troubles.append(f"{entry['level']}: {entry['text']}")

    def resize(self, size: dict[str, int]) -> None:
        self.command("browsingContext.setViewport", context=self._context, viewport=size)

    def goto(self, address: str) -> None:
        self.command("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, function: str, argument: object = None) -> Any:
        """What a function of JavaScript gives for an argument; both pass as JSON."""
        whole = f"JSON.stringify(({function})({json.dumps(argument)}))"
        target = {"context": self._context}
        answer = self.command("script.evaluate", expression=whole, target=target, awaitPromise=False)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value") or "null")

    def wait(self, function: str, argument: object = None) -> Any:
        """What the function gives once that is more than nothing; the page may change meanwhile."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                if given := self.evaluate(function, argument):
                    return given
            except RuntimeError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{WAIT_SECONDS} seconds did not bring {function} of {argument}")

    def click(self, selector: str, words: str = "") -> None:
        """Press the mouse upon the first visible one whose name or text holds the words, on a page that has come whole."""
        x, y = self.wait(PLACE, [selector, words])
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "actions": moves})

    def press(self, *keys: str) -> None:
        """Press keys together, as Control and k."""
        values = [KEYS.get(key, key) for key in keys]
        moves = [{"type": "keyDown", "value": value} for value in values]
        moves += [{"type": "keyUp", "value": value} for value in reversed(values)]
        self._perform({"type": "key", "id": "keyboard", "actions": moves})

    def type(self, text: str) -> None:
        moves = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keyboard", "actions": moves})

    def _perform(self, source: dict[str, Any]) -> None:
        self.command("input.performActions", context=self._context, actions=[source])

    def picture(self, path: Path) -> None:
        answer = self.command("browsingContext.captureScreenshot", context=self._context)
        path.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def running_firefox() -> Iterator[Firefox]:
    """The machine's own, with a profile that is thrown away."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise FileNotFoundError("the walk through Firefox needs `firefox-esr` on the PATH")
    with TemporaryDirectory(prefix="benefits-firefox-", ignore_cleanup_errors=True) as profile:
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()
        ]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        command = [program, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            with connect(f"{_address(process)}/session", max_size=None, proxy=None) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it listens, as it says itself; what it says later is read and dropped."""
    said = []
    for line in process.stderr:
        said.append(line)
        if listens := LISTENS.search(line):
            Thread(target=process.stderr.read, daemon=True).start()
            return listens[1]
    raise RuntimeError("Firefox did not start:\n" + "".join(said))
