"""Sheets as people exchange them: a template out, the filled-in one back, its errors marked, exports."""
