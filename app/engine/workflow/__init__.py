"""What may be done with a case: transitions, their forms, validation hooks and effects."""
