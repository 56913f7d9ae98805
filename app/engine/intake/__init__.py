"""Taking in: applications, the check of a sheet's people, accounts."""
