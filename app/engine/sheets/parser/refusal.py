"""Why the parser turns a file down, as a code: the sentence for people belongs to the other process."""


class Refusal(Exception):
    """A file that is recognised as one that must not be read."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
