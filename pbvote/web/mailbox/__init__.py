"""The development mailbox: it exists only in demo mode."""
