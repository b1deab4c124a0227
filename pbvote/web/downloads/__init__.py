"""The open data of a published round."""
