"""Catalogue files over time: editions that were published, how the next comes into force, what screenings keep."""
