"""Users, roles, the permission matrix, duties that wait."""
