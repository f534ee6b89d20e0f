"""Job worker: DEALER connected to the ventilator at argv[1]; argv[2] jobs at once; given up after argv[3] ms of silence."""

import os
import sys
import time

import zmq

from curve import set_keys

endpoint, window, ttl = sys.argv[1], sys.argv[2], int(sys.argv[3])
socket = zmq.Context().socket(zmq.DEALER)
set_keys(socket, server=False)
socket.connect(endpoint)
token, done, kind = b"", "", b""

while kind != b"STOP":
    # READY is also the first message, the answer to HELLO, and the heartbeat
    report = [b"DONE" if done else b"READY", token, f"{window} {ttl}".encode(), done.encode()]
    socket.send_multipart(report)
    kind, *fields = socket.recv_multipart() if socket.poll(ttl // 4) else [b""]
    token = fields[0] if kind == b"HELLO" else token
    done = ""
    if kind == b"TASK":
        jobs = fields[1].decode().split("\n")[:-1]
        for job in jobs:
            print(job, end=".", flush=True)
            if job == "die":
                os.abort()
            time.sleep(float(job) / 1000)
        done = f"{int(fields[0])}-{int(fields[0]) + len(jobs) - 1}\n"
socket.close()
