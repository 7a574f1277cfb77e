"""A workbook into a raw table, safely: archive, XML, number formats. It knows few fields: those with units."""
