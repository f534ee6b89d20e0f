"""Task sink: PULL socket bound to argv[1], times argv[2] results from the start of batch on."""

import sys
import time

import zmq

endpoint, tasks = sys.argv[1], int(sys.argv[2])

receiver = zmq.Context().socket(zmq.PULL)
receiver.bind(endpoint)

receiver.recv()
start = time.monotonic()

for task in range(tasks):
    receiver.recv()
    print(":" if task % 10 == 0 else ".", end="", flush=True)
print(f"Total elapsed time: {int((time.monotonic() - start) * 1000)} msec", flush=True)
