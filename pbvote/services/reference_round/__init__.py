"""The reference round: a made-up borough, its people, proposals and ballots, from a seed."""
