"""`python -m tests.bench.startup`: how long a web worker takes to have the application, beside importing Flask-AppBuilder alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from app.kernel.crypto import new_key

RUNS = 5
GOAL_SECONDS = 2.0
CODE = {
    "importing Flask-AppBuilder": "import flask_appbuilder, flask_sqlalchemy",
    "the application": "from app import create_app; create_app()",
}


def best(code: str, environ: dict[str, str]) -> float:
    """Seconds of a fresh interpreter, the best of some."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=environ, check=True, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    keys = {name: new_key() for name in ("SECRET_KEY", "DATA_HASH_KEY", "DATA_CIPHER_KEY")}
    environ = os.environ | keys | {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/none"}
    seconds = {name: best(code, environ) for name, code in CODE.items()}
    for name, taken in seconds.items():
        print(f"{name}: best {taken:.2f} s")
    base, ours = seconds.values()
    print(
        f"above importing Flask-AppBuilder: {ours - base:.2f} s (goal {GOAL_SECONDS} s); ratio {ours / base:.2f}"
    )


if __name__ == "__main__":
    main()
