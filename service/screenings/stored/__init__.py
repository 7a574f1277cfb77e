"""What is kept of screenings: jobs, files, tables of results, and their sums. It decides nothing."""
