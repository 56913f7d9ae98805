"""The type of every column that only the vault reads; the rotation of keys finds the columns by it."""

from sqlalchemy import LargeBinary


class Cipher(LargeBinary):
    """What `Vault` sealed, with the header that names its cipher and key."""
