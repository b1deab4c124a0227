"""Pictures of proposals."""
