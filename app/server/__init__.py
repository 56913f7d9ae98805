"""What run.py stands on: database, supervisor, backup, replica, session store."""
