"""Measurements: `python -m tests.bench.check`, `python -m tests.bench.approve`; nothing here is a test."""
