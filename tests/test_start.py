"""The README's two commands on machines that lack something: what they say, install, make and hand on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.places import throw_away

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("bash", "dirname", "env", "grep", "sed", "tr", "cat", "chmod")
PROGRAMS = ("chromium", "firefox-esr", "haproxy", "nginx", "soffice")
ECHO = "import sys; print(*sys.argv[1:])"
NO_PIP = "raise ImportError"
OLD = "import sys; sys.version_info = (3, 10, 12, 'final', 0)"
FONTS = "#!/bin/sh\necho NotoSansCJK\n"
APT = """#!/bin/sh
echo "apt-get $*"
[ "$1" = install ] || exit 0
for name in chromium firefox-esr haproxy nginx soffice fc-list; do
  if [ -n "$INSTALLS" ]; then printf '#!/bin/sh\\necho %s\\n' "$name" > "$BIN/$name"; chmod +x "$BIN/$name"; fi
done
"""


class Machine:
    """A copy of what the two commands need of the product, and a PATH that holds nothing else."""

    def __init__(self, directory: Path) -> None:
        self.place, self.bin, self.modules = (directory / name for name in ("product", "bin", "modules"))
        for folder in (self.place / "deploy", self.place / "tests", self.bin, self.modules):
            folder.mkdir(parents=True)
            folder.chmod(0o777)
        for name in ("start", "tests/run", "deploy/venv.sh"):
            shutil.copy(ROOT / name, self.place / name)
        for name in ("requirements.txt", "tests/requirements.txt"):
            (self.place / name).touch()
        (self.place / "run.py").write_text(ECHO)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.program("python3", f'#!/bin/sh\nexec {sys._base_executable} "$@"\n')
        directory.chmod(0o755)

    def program(self, name: str, text: str = "#!/bin/sh\n") -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def environment(self) -> None:
        """A Python that anybody may start, and a `.venv` as an earlier start left it, whose pytest says what it was given."""
        self.program("python3")
        (self.place / ".venv/bin").mkdir(parents=True)
        stand_in = self.place / ".venv/bin/python"
        stand_in.write_text('#!/bin/sh\ncase "$*" in *pytest*) echo "ran $*";; esac\n')
        stand_in.chmod(0o755)

    def run(self, *command: str, user: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        given = {"PATH": str(self.bin), "BIN": str(self.bin), "PYTHONPATH": str(self.modules), **environ}
        return subprocess.run(
            [str(self.place / command[0]), *command[1:]],
            env=given, user=user, capture_output=True, text=True, cwd="/",
        )  # fmt: skip


@pytest.fixture
def machine(system):
    directory = throw_away("benefits-start-")
    yield Machine(directory)
    shutil.rmtree(directory)


def expect_refusal(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line that names each of the words, and nothing done."""
    assert answer.returncode == 1 and answer.stdout == "", answer
    assert answer.stderr.count("\n") == 1 and all(word in answer.stderr for word in words), answer.stderr


def test_the_first_command_makes_the_environment_once_and_hands_on_what_it_was_given(machine):
    first = machine.run("start", "--demo")
    assert (first.returncode, first.stdout) == (0, "--demo\n"), first.stderr
    made = (machine.place / ".venv/pyvenv.cfg").stat().st_mtime_ns
    (machine.bin / "python3").unlink()
    assert machine.run("start").stdout == "\n"
    assert (machine.place / ".venv/pyvenv.cfg").stat().st_mtime_ns == made


def test_without_python3_venv_the_first_command_says_so_in_one_line(machine):
    (machine.modules / "ensurepip.py").write_text(NO_PIP)
    expect_refusal(machine.run("start", "--demo"), "缺少 python3-venv", "apt-get install python3-venv")
    assert not (machine.place / ".venv").exists()


def test_an_old_python_and_none_are_said_in_one_line(machine):
    (machine.modules / "sitecustomize.py").write_text(OLD)
    expect_refusal(machine.run("start"), "Python 3.11")
    (machine.bin / "python3").unlink()
    expect_refusal(machine.run("start"), "Python 3.11")


def test_the_second_command_hands_its_arguments_to_pytest_where_nothing_lacks(machine):
    machine.environment()
    for name in PROGRAMS:
        machine.program(name)
    machine.program("fc-list", FONTS)
    answer = machine.run("tests/run", "-k", "policy or rules")
    assert (answer.returncode, answer.stdout) == (0, "ran -m pytest -n 2 -k policy or rules\n"), answer


def test_the_second_command_installs_what_lacks(machine):
    machine.environment()
    machine.program("apt-get", APT)
    machine.program("sudo", '#!/bin/sh\necho "sudo $1"\nexec "$@"\n')
    for user in (None, "nobody") if os.geteuid() == 0 else (None,):
        answer = machine.run("tests/run", user=user, INSTALLS="1")
        assert answer.returncode == 0, answer
        installed = next(line for line in answer.stdout.splitlines() if line.startswith("apt-get install"))
        browsers, others = {"chromium", "firefox-esr"}, {"haproxy", "nginx-light", "libreoffice-calc-nogui"}
        assert browsers | others | {"fonts-noto-cjk"} <= set(installed.split())
        assert ("sudo apt-get" in answer.stdout) == (user is not None or os.geteuid() != 0)
        assert answer.stdout.endswith("ran -m pytest -n 2\n")
        for name in (*PROGRAMS, "fc-list"):
            (machine.bin / name).unlink()


def test_tests_never_run_where_something_still_lacks(machine):
    machine.environment()
    machine.program("apt-get", APT)
    machine.program("sudo", '#!/bin/sh\nexec "$@"\n')
    answer = machine.run("tests/run")
    assert answer.returncode == 1 and "ran" not in answer.stdout
    assert "Still missing" in answer.stderr and "haproxy: HAProxy" in answer.stderr


def test_elsewhere_the_second_command_names_in_words_what_to_install(machine):
    machine.environment()
    answer = machine.run("tests/run")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "This is no Debian or Ubuntu" in answer.stderr
    for words in ("Chromium", "Firefox", "HAProxy", "nginx", "LibreOffice Calc", "Chinese fonts"):
        assert f"{words}" in answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_may_install_nothing_is_told_what_root_has_to_run(machine):
    machine.environment()
    machine.program("apt-get", APT)
    answer = machine.run("tests/run", user="nobody")
    assert answer.returncode == 1 and "apt-get install" in answer.stderr and answer.stdout == ""


def test_the_continuous_check_is_the_second_command():
    check = (ROOT / ".ci/run").read_text().splitlines()
    assert [line for line in check if not line.startswith("#")] == [
        'exec "$(dirname "${BASH_SOURCE[0]}")/../tests/run" "$@"'
    ]
    for name in ("start", "tests/run", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK)
