"""Templates indented for their readers, pages without that: a list of a hundred rows would be half blanks."""

from __future__ import annotations

import re

from jinja2.ext import Extension

ATTRIBUTE = re.compile(r"\n\s+(?=[a-z])", re.ASCII)
INDENTATION = re.compile(r"\n\s+", re.ASCII)
NEVER_DRAWN = re.compile(r"\n(?=</?(?:t[dhr]|tbody|li|option)\b)|(?<=<li>|<td>|<th>|<tr>)\n")
"""The line breaks around a cell, a row, an item."""


class Unindented(Extension):
    """Drops the indentation of a template's source, once, as it is compiled.

    A line break stays where one was, a blank between the attributes of a tag. No template holds <pre>, <textarea>
    or a script, where blanks would count.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return NEVER_DRAWN.sub("", INDENTATION.sub("\n", ATTRIBUTE.sub(" ", source)))
