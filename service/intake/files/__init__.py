"""Text, JSON lines and Parquet, each into a raw table. It knows no field of a profile."""
