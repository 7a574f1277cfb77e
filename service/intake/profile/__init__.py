"""A profile as JSON: the strict fields, and the schema made of the table of fields. It resolves no word."""
