"""LibreOffice as people have it: opens files and saves them as another type."""

from __future__ import annotations

import subprocess
from pathlib import Path


def convert(sources: list[Path], target: str, folder: Path) -> list[Path]:
    """Save each file as `target` ("xls", or with a filter "xls:MS Excel 97") in `folder`; return where they lie."""
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"),
            *("--convert-to", target, "--outdir", folder, *sources),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return [folder / f"{source.stem}.{target.partition(':')[0]}" for source in sources]
