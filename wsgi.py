"""The application for a WSGI server: `gunicorn wsgi:application`."""

from preparedness import create_app, logs

application = create_app()
logs.install(application)
