"""pbvote: participatory budgeting with ranked ballots, a proportional count and a sealed ballot box."""

__version__ = "0.1.0"
