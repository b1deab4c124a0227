"""The shortlist and each proposal's own page."""
