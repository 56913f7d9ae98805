"""Training classes: open, edit, discard, the students in them, their places and contacts."""
