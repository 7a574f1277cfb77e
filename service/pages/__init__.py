"""The self-check page: its form, its words and its cards; templates stand in templates/."""
