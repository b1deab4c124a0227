"""Turnout, for officers and observers."""
