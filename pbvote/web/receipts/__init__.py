"""Looking a receipt up."""
