"""Coming in: password, second factor, CAS, devices, the session's time."""
