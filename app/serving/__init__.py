"""How requests reach the application: collected whole by a loop that waits for nobody, then answered one at a time."""

BODY_LIMIT = "benefits.body_limit"
"""In the environ of a request: how many bytes of a body are accepted."""
NEWER = "benefits.newer"
"""The key under which the application's environ says that this process is behind: the number that a new one begins with."""
