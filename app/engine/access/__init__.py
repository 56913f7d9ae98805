"""Who may do what: accounts, roles, grants, duties of two, API keys."""
