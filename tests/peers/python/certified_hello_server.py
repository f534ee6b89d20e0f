"""Hello World server whose keys are certificates: REP socket bound to argv[1] with the certificate argv[2], admits by
pyzmq's own authenticator whose certificate is in the folder argv[3]."""

import sys

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

endpoint, certificate, authorized = sys.argv[1:]

context = zmq.Context()
authenticator = ThreadAuthenticator(context)
authenticator.start()
authenticator.configure_curve(domain="*", location=authorized)

responder = context.socket(zmq.REP)
responder.curve_publickey, responder.curve_secretkey = zmq.auth.load_certificate(f"{certificate}_secret")
responder.curve_server = True
responder.bind(endpoint)

while True:
    responder.recv()
    print("Received Hello", flush=True)
    responder.send(b"World")
