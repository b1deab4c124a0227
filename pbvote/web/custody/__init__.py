"""The key of a round: making it, handing out passphrases, rehearsing."""
