"""What every page is drawn with: what templates may call, addresses, the menu, what waits, downloads."""
