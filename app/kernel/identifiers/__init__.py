"""Numbers that identify people, units and accounts: their form and check digits."""
