"""The self-check inside a portal of somebody else."""
