"""The WSGI entry point: `gunicorn wsgi:app`."""

from pbvote.app import create_app

app = create_app()
