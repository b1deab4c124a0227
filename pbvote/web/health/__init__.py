"""For machines that watch the service."""
