"""The commands of `cepei`, one file each: `add_to` declares its options, `run` returns the exit status."""
