"""The home page, the pickers, shortcuts, help."""
