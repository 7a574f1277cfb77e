"""What people type for a place, read into codes of divisions and zones. It knows no profile and no measure."""
