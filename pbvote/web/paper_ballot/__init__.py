"""A ballot to print, fill in by hand and hand in."""
