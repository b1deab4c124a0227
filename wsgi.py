"""The WSGI entry point: `gunicorn wsgi:app`."""

import gc
import sys

from pbvote.app import create_app

# Threads hand over after one millisecond instead of five: whoever holds the ballot box's lock and has just
# heard from the database must not wait for others to finish their pages.
sys.setswitchinterval(0.001)

app = create_app()

# What was made at the start stays: the collector need not look at it again and again while pages are made.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
