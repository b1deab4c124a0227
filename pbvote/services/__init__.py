"""What people may do: one module per noun, verbs inside.

Functions are keyword-only after the session, read no clock, raise Refusal, flush and never commit.
"""
