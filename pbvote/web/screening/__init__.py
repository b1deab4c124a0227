"""Officers read proposals, give opinions, ask, decide, and publish the shortlist."""
