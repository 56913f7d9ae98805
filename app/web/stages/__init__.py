"""Stages of work: lists, bulk moves, notices, payment lists."""
