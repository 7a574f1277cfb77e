"""Documents, vocabularies and packs as one verified file, and the search in it. It decides nothing."""
