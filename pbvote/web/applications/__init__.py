"""A proposal as its group writes it: sections, sending, answering, and what became of it."""
