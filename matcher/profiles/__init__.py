"""What people type of a company, read into answers and mentions. It decides nothing about a measure."""
