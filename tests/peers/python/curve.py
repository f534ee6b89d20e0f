"""Where the environment has keys (Z85), a socket proves its own one."""

import os


def set_keys(socket, server):
    """Before bind (server=True) or connect."""
    if "CURVE_SECRET_KEY" not in os.environ:
        return
    socket.curve_publickey = os.environb[b"CURVE_PUBLIC_KEY"]
    socket.curve_secretkey = os.environb[b"CURVE_SECRET_KEY"]
    if server:
        socket.curve_server = True
    else:
        socket.curve_serverkey = os.environb[b"CURVE_SERVER_KEY"]
