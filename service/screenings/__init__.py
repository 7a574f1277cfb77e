"""Many companies as a durable job: the work, what is stored of it, the results as files."""
