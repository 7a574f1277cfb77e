"""The self-check of a company: form, answer, changes."""
