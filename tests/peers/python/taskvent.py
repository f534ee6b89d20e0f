"""Task ventilator: PUSH bound to argv[1], PUSH connected to the sink at argv[2]; argv[3] tasks after Enter."""

import random
import sys

import zmq

endpoint, sink_endpoint, tasks = sys.argv[1], sys.argv[2], int(sys.argv[3])

context = zmq.Context()
sender = context.socket(zmq.PUSH)
sender.bind(endpoint)
sink = context.socket(zmq.PUSH)
sink.connect(sink_endpoint)

print("Press Enter when the workers are ready: ", end="", flush=True)
sys.stdin.readline()
print("Sending tasks to workers...", flush=True)

sink.send(b"0")

total = 0
for task in range(tasks):
    workload = random.randint(1, 100)
    total += workload
    sender.send_string(str(workload))
print(f"Total expected cost: {total} msec", flush=True)

# Without this, what is still queued when the interpreter exits is lost.
sender.close()
sink.close()
context.term()
