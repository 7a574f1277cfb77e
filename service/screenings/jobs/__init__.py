"""A register read and decided in chunks, by one process, all cores or a cluster, taken up where it was cut."""
