"""What definitions become on screen."""
