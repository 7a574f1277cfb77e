"""The results of a screening as files for people and programs, written while they are sent."""
