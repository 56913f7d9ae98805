"""Applications and claims: pages, papers, accounts, objections."""
