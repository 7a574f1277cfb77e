"""Trying a measure before it is published. It stores nothing."""
