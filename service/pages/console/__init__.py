"""The console of a park operator: uploads, screenings, their results."""
