"""Looks through the zip of an .xlsx before anything unpacks it for good."""

import re
import zipfile

from refusal import Refusal

UNPACKED_LIMIT = 50 * 1024 * 1024
_CHUNK = 1 << 16
_MACRO = re.compile(r"vbaproject\.bin$|(^|/)macrosheets/", re.IGNORECASE)
_MARKUP = (".xml", ".rels")
_ENCODED = 1
_DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_OVERLAP = max(map(len, _DECLARATIONS)) - 1


def part_name(name: str) -> str:
    """Return the name of a part as all writers would have spelt it."""
    return name.replace("\\", "/").lstrip("/").lower()


def check(archive: zipfile.ZipFile) -> None:
    """Refuse what has macros or declarations, is encrypted, or is larger inside than it may be or says."""
    members = archive.infolist()
    if any(member.flag_bits & _ENCODED for member in members):
        raise Refusal("encrypted")
    if any(_MACRO.search(part_name(member.filename)) for member in members):
        raise Refusal("macro")
    if sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise Refusal("unpacked")
    left = UNPACKED_LIMIT
    for member in members:
        left -= _unpacked(archive, member, left)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Return the true size of a member; the declared one is lifted first, because `zipfile` would stop there."""
    declared, member.file_size = member.file_size, left + 2 * _CHUNK
    markup = member.filename.lower().endswith(_MARKUP)
    size, tail = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise Refusal("unpacked")
            if markup:
                window = tail + chunk
                if any(word in window for word in _DECLARATIONS):
                    raise Refusal("entity")
            tail = chunk[-_OVERLAP:]
    if size != declared:
        raise Refusal("lying")
    return size
