"""What a policy grants: packs, conditions, verdicts, compiled and kept as a catalogue. It knows no ranking."""
