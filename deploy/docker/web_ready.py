"""The web container's health check: fails unless the application can do its work."""

import urllib.request

urllib.request.urlopen("http://127.0.0.1:8000/healthz/ready", timeout=4)
