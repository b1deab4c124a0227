"""What became of a round's grants, for officers and observers."""
