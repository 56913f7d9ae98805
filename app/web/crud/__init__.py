"""FAB's ModelView as this product uses it: list, show, form, search, paging, stale edits."""
