"""A round's dates for a calendar."""
