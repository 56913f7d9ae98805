"""Statutory holidays and working days."""
