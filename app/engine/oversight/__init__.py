"""What auditors and leaders see: seals, dossier, ledger, figures."""
