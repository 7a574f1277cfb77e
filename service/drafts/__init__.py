"""Drafts before they are published: read from a file, reviewed item by item, tried on companies and screenings."""
