"""Documents, measures and departments, to read and to search."""
