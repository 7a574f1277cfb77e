"""What comes in and what goes out, field by field: input schemas load into dataclasses, answer schemas document."""
