"""The REST API for other systems: registers in bulk, cases to read; by keys of offices, never by a browser's cookie."""
