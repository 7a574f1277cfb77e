"""What readers report as wrong: stored, read by editors, exported as labelled companies."""
