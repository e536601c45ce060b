"""The health check of web and public: fails unless the process answers a path with success.

    web_ready.py [PATH]

Without a path it asks whether the web can do its work.
"""

import sys
import urllib.request

path = sys.argv[1] if len(sys.argv) > 1 else "/healthz/ready"
urllib.request.urlopen(f"http://127.0.0.1:8000{path}", timeout=4)
