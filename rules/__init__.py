"""What each policy grants: rule packs, three-valued verdicts, the compiled program, the catalogue."""
