"""The application for a WSGI server: `gunicorn wsgi:application`."""

from preparedness import create_app

application = create_app()
