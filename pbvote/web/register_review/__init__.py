"""Checking the register, and letters with codes."""
