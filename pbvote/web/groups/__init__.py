"""Community groups: may we apply, who we are, who acts for us."""
