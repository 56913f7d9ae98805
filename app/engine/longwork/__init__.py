"""Long work, and the queue it is done from."""
