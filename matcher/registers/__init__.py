"""The same reading, deciding and ranking for many companies at once. It knows no file and no job."""
