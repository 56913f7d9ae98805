"""`python forked_parser.py PARSER FOLDER`: reads each file of the folder by the parser's own code, in a process of its own.

What the parser prints goes to FILE.out, how it ended to one line of JSON: name, status, peak KiB, seconds of processor.
"""

import importlib.util
import json
import os
import signal
import sys
from pathlib import Path

WALL_SECONDS = 60
"""However busy the machine: a reading that hangs without using the processor ends the run as a failure."""


def load(parser: Path):
    """The parser's program, as a module; all its readers are there before any file is."""
    sys.path.insert(0, str(parser))
    importlib.import_module("delimited")
    importlib.import_module("old")
    importlib.import_module("workbook")
    spec = importlib.util.spec_from_file_location("sheet_parser", parser / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(program, path: Path) -> tuple[int, int, float]:
    """(status as `subprocess` tells it, peak KiB, seconds) of one reading."""
    child = os.fork()
    if child == 0:
        signal.alarm(WALL_SECONDS)
        out = os.open(f"{path}.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        pipe_in, pipe_out = os.pipe()
        if os.fork() == 0:
            os.close(pipe_out)
            while block := os.read(pipe_in, 1 << 16):
                os.write(out, block)
            os._exit(0)
        os.close(pipe_in)
        os.dup2(pipe_out, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = 1
        try:
            program.main(path.read_bytes())
            sys.stdout.flush()
            code = 0
        finally:
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def main(parser: Path, folder: Path) -> None:
    program = load(parser)
    for path in sorted(folder.iterdir()):
        print(json.dumps([path.name, *read(program, path)]), flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
