"""Hello World server: REP socket bound to argv[1], argv[2] ms of work a request, replies "World"."""

import sys
import time

import zmq

from curve import set_keys

endpoint, work = sys.argv[1], int(sys.argv[2])

responder = zmq.Context().socket(zmq.REP)
set_keys(responder, server=True)
responder.bind(endpoint)

while True:
    responder.recv()
    print("Received Hello", flush=True)
    if work > 0:
        time.sleep(work / 1000)
    responder.send(b"World")
