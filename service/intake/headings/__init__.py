"""What the columns of a table are: headings, units, remarks, their row. It reads no cell of a company."""
