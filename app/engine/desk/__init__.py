"""What a person keeps at the own desk: shortcuts and searches."""
