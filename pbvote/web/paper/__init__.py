"""Paper ballots, from the slip to the sealed batch."""
