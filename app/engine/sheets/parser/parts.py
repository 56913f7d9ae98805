"""The parts of a zipped workbook, whatever its writer called them, and the same workbook under the usual names."""

import io
import posixpath
import re
import zipfile
from xml.parsers import expat

from archive import part_name
from refusal import Refusal

_USUAL = {"workbook": "xl/workbook.xml", "strings": "xl/sharedstrings.xml", "styles": "xl/styles.xml"}
_OTHERS = {"xl/workbook.bin": "xlsb", "content.xml": "ods", "index/document.iwa": "numbers"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_DIMENSION = re.compile(
    rb"<(?:\w+:)?dimension\b[^>]*/>|<(?:\w+:)?dimension\b[^>]*>.*?</(?:\w+:)?dimension\s*>"
)
_WHOLE_DIMENSION = re.compile(rb"""\sref\s*=\s*["'][A-Z]{1,3}[1-9]\d{0,6}(:[A-Z]{1,3}[1-9]\d{0,6})?["']""")
_HEAD = 1 << 14


class Tab:
    """A worksheet that is not hidden: its name and its part; `dataclasses` would take this process as long as all of ours."""

    def __init__(self, name: str, part: str) -> None:
        self.name, self.part = name, part


class Parts:
    """What a workbook consists of. Raises Refusal for an archive that is no workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {part_name(info.filename): info for info in archive.infolist()}
        if len(self._members) < len(archive.infolist()):
            raise Refusal("broken")
        for name, code in _OTHERS.items():
            if name in self._members:
                raise Refusal(code)
        self._roundabout = False
        roots = self._related("")
        self.workbook = next((target for kind, target in roots.values() if kind == "officeDocument"), "")
        if self.workbook not in self._members:
            self.workbook = _USUAL["workbook"]
        if self.workbook not in self._members:
            raise Refusal("unknown_type")
        self._relations = self._related(self.workbook)
        self._roundabout |= any(not target.startswith("xl/") for _, target in self._relations.values())
        self.strings = self._one("sharedStrings")
        self.styles = self._one("styles")
        self.tabs, self.untrusted = self._read_workbook()

    def read(self, part: str) -> bytes:
        """Return the content of a part, in UTF-8."""
        return _utf8(self._archive.read(self._members[part]))

    @property
    def usual(self) -> bool:
        """Whether every part has the name and the encoding that every reader expects."""
        members = {"workbook": self.workbook, "strings": self.strings, "styles": self.styles}
        named = all(_USUAL[kind] == part for kind, part in members.items() if part is not None)
        spelt = all(not name.startswith(("/", "\\")) for name in self._archive.namelist())
        return named and spelt and not self._roundabout and not any(map(self._is_odd, self._all()))

    def rebuilt(self) -> bytes:
        """Return the same workbook under the usual names, without the notes of size that some writers get wrong."""
        stream, relations = io.BytesIO(), []
        with zipfile.ZipFile(stream, "w") as usual:
            for number, (key, (kind, target)) in enumerate(self._relations.items()):
                name = {"sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}.get(kind)
                if kind == "worksheet":
                    name = f"worksheets/sheet{number}.xml"
                if name is None or target not in self._members:
                    continue
                content = self.read(target)
                if kind == "worksheet":
                    content = _DIMENSION.sub(b"", content[:_HEAD], count=1) + content[_HEAD:]
                usual.writestr(f"xl/{name}", content)
                relations.append((key, kind, name))
            usual.writestr("xl/workbook.xml", self.read(self.workbook))
            usual.writestr("xl/_rels/workbook.xml.rels", _relationships(relations))
            usual.writestr("_rels/.rels", _relationships([("rId1", "officeDocument", "xl/workbook.xml")]))
        return stream.getvalue()

    def _all(self) -> list[str]:
        names = (self.workbook, self.strings, self.styles, *(tab.part for tab in self.tabs))
        return [part for part in names if part is not None]

    def _is_odd(self, part: str) -> bool:
        with self._archive.open(self._members[part]) as stream:
            head = stream.read(_HEAD)
        dimension = _DIMENSION.search(head)
        return _encoding(head) is not None or bool(dimension and not _WHOLE_DIMENSION.search(dimension[0]))

    def _read_workbook(self) -> tuple[list[Tab], bool]:
        """Return the visible tabs, and whether the file asks to be recalculated when it is opened."""
        tabs, untrusted, sheets = [], False, 0
        for tag, attributes in elements(self.read(self.workbook), {"sheet", "calcPr"}):
            if tag == "calcPr":
                untrusted = attributes.get("fullCalcOnLoad") in ("1", "true")
                continue
            sheets += 1
            kind, target = self._relations.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet" and attributes.get("state", "visible") == "visible":
                if target not in self._members:
                    raise Refusal("broken")
                tabs.append(Tab(attributes["name"], target))
        if not sheets:
            raise Refusal("unknown_type")
        return tabs, untrusted

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return relation id → (kind, part) of what a part refers to."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self._members:
            return {}
        relations = {}
        for _, attributes in elements(self.read(rels), {"Relationship"}):
            kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
            if attributes.get("TargetMode") != "External":
                whole = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
                relations[attributes.get("Id", "")] = kind, part_name(whole)
                self._roundabout |= ".." in target
        return relations

    def _one(self, kind: str) -> str | None:
        targets = [
            target for of, target in self._relations.values() if of == kind and target in self._members
        ]
        return targets[0] if targets else None


def elements(content: bytes, wanted: set[str]) -> list[tuple[str, dict[str, str]]]:
    """Return (tag, attributes) of all wanted elements of a small part, names without their prefixes."""
    names = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in wanted:
            names.append((tag, {key.rpartition(":")[2]: value for key, value in attributes.items()}))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return names


def _encoding(content: bytes) -> str | None:
    """Return the encoding of a part that is not in UTF-8."""
    if content.startswith(_UTF16):
        return "utf-16"
    declared = _DECLARED.match(content[:200])
    name = declared[1].decode().lower() if declared else "utf-8"
    return None if name in ("utf-8", "utf8", "us-ascii", "ascii") else name


def _utf8(content: bytes) -> bytes:
    if (encoding := _encoding(content)) is None:
        return content
    return _DECLARATION.sub("", content.decode(encoding)).encode()


def _relationships(relations: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
        f' Target="{target}"/>'
        for key, kind, target in relations
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
