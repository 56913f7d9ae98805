"""One table of what people send and what it must give: `table.CASES` are cells, `layouts.LAYOUTS` whole tables.

A cell's case is written once by each writer that can write it; all cases of a sheet stand in one file of each writer.
To add one, append a `Case` to a list in `table.py`, or in `values.py` for what people write where a value is asked for.
"""
