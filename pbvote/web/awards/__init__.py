"""A grant that was won: taking it, and telling how it goes."""
