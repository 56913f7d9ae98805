"""How somebody comes in and how often: sessions, tries, second factor, shares."""
