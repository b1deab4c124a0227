"""One round: its first page and how it works."""
