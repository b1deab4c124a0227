"""Counting and publishing."""
