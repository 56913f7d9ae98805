"""What every page is drawn with: formats, titles, addresses, menu, translations."""
