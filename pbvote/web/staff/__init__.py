"""Who works here: officers, administrators, custodians, observers."""
