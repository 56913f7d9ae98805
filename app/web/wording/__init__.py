"""How pages say things: translations, formats of values, titles, totals, the steps of a claim."""
