"""Task worker: PULL connected to the ventilator at argv[1], PUSH connected to the sink at argv[2]."""

import sys
import time

import zmq

vent_endpoint, sink_endpoint = sys.argv[1], sys.argv[2]

context = zmq.Context()
receiver = context.socket(zmq.PULL)
receiver.connect(vent_endpoint)
sender = context.socket(zmq.PUSH)
sender.connect(sink_endpoint)

while True:
    task = receiver.recv_string()
    print(f"{task}.", end="", flush=True)
    time.sleep(int(task) / 1000)
    sender.send(b"")
