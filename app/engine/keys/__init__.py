"""The keys of the ciphers: their check and rotation."""
