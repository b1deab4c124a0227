"""Choose, put in order, check, cast, receipt."""
