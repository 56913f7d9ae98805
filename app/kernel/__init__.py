"""Pure Python that the whole product stands on: no Flask, no SQL."""
