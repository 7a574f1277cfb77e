"""The pages, a folder each with its view, and what they share. Words stand in pages/words, not in templates."""
