"""Proving that you may vote, one question per page."""
