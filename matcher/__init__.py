"""What fits a company: reading its profile, ranking measures, quoting evidence, explaining."""
