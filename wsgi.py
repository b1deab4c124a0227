"""The WSGI entry point: `gunicorn wsgi:app`."""

import sys

from pbvote.app import create_app

# Threads hand over after half a millisecond instead of five: whoever holds the ballot box's lock and has just
# heard from the database must not wait for others to finish their pages.
sys.setswitchinterval(0.0005)
app = create_app()
