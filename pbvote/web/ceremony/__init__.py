"""Close, dice, opening, destruction."""
