"""What every answer keeps to: hardening, errors, health, metrics."""
