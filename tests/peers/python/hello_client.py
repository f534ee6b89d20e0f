"""Hello World client: REQ socket connected to argv[1], sends argv[2] times "Hello"."""

import sys

import zmq

from curve import set_keys

endpoint, requests = sys.argv[1], int(sys.argv[2])

print("Connecting to hello world server...", flush=True)
requester = zmq.Context().socket(zmq.REQ)
set_keys(requester, server=False)
requester.connect(endpoint)

for request in range(requests):
    print(f"Sending Hello {request}...", flush=True)
    requester.send(b"Hello")
    requester.recv()
    print(f"Received World {request}", flush=True)
