"""The round in easy words and pictures."""
