"""The published result of a round."""
