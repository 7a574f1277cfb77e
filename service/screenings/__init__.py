"""Many companies as a durable job: the jobs, what is stored of it, the results as files."""
