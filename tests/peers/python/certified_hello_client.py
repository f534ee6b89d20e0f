"""Hello World client whose keys are certificates: REQ socket connected to argv[1] with the certificate argv[2] to the
server with the certificate argv[3], sends argv[4] requests."""

import sys

import zmq
import zmq.auth

endpoint, certificate, server, requests = sys.argv[1:]

requester = zmq.Context().socket(zmq.REQ)
requester.curve_publickey, requester.curve_secretkey = zmq.auth.load_certificate(f"{certificate}_secret")
requester.curve_serverkey, _ = zmq.auth.load_certificate(server)
requester.connect(endpoint)

for request in range(int(requests)):
    requester.send(b"Hello")
    print(f"Received {requester.recv().decode()} {request}", flush=True)
