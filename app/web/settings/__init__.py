"""Policy values, calendar, registers, offices."""
