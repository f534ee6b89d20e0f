"""Makes a certificate in the folder argv[1] for each further name; metadata has a field that is called as the key."""

import sys

import zmq.auth

folder, *names = sys.argv[1:]

for name in names:
    zmq.auth.create_certificates(folder, name, {"name": name, "public-key": "see below"})
