"""Registers that are data: what a definition says, how it is read, kept in versions, and asked by rules."""
