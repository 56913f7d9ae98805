"""Text from outside where it could pass for something else: in a line of the log, as the name of a file.

Control characters start lines of their own and move cursors; direction marks (Unicode, bidirectional formatting) turn
what follows around, so that `photo` and `gpj.exe` read as a picture.
"""

from __future__ import annotations

import re
import unicodedata

EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SEPARATING = re.compile(r'[\\/:*?"<>|]')
ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
LONGEST = 150


def visible(text: str) -> str:
    """Show control characters, direction marks and other characters that nobody sees as `\\n`, `\\u202e` and the like."""
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in UNSEEN else char
        for char in text
    )


def file_name(given: str, media_type: str) -> str:
    """Return a name for a file of that type: what it is decides the extension, whatever the name says."""
    name = "".join("_" if unicodedata.category(char) in UNSEEN else char for char in given)
    name = SEPARATING.sub("_", name).rstrip(" .")
    allowed = EXTENSIONS[media_type]
    ending = ENDING.search(name)
    stem = name[: ending.start()] if ending else name
    extension = ending[0] if ending and ending[0].lower() in allowed else allowed[0]
    return f"{stem[:LONGEST].strip(' .') or 'file'}{extension}"
