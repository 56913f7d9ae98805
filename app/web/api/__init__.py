"""The REST API for other systems: registers in bulk, cases to read; by keys of offices, never by a browser's cookie."""

ROOT = "/api/"


def in_api(path: str) -> bool:
    """Whether an address is the API's, known or not."""
    return path.startswith(ROOT)
