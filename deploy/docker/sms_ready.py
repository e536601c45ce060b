"""The SMS simulator's health check: fails unless it listens."""

import socket

socket.create_connection(("127.0.0.1", 8025), timeout=4).close()
