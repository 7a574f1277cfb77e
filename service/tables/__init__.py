"""Tenant tables in and results out: what is in a file and what a file looks like; nothing of matching, jobs or HTTP."""
