"""The demonstration: logins, registers and sheets in which every rule passes and fails as of today."""
