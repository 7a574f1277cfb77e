"""The editor at /editor: drafts reviewed beside their text, tried, and put in force."""
