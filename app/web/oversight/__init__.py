"""Audit log, dossier, ledger, figures, logins."""
