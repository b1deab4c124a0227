"""The ballot box explained, its board, and the packages of its results."""
