"""How requests reach the application: collected whole by a loop that waits for nobody, then answered one at a time."""

BODY_LIMIT = "benefits.body_limit"
"""In the environ of a request: how many bytes of a body are accepted."""
