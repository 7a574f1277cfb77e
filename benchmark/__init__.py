"""A public benchmark for matching companies to policy measures; it knows a service by its HTTP API alone."""
