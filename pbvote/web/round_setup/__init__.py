"""Setting a round up."""
