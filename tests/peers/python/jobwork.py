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
token, state, kind = b"", f"{window} {ttl}".encode(), b""

while kind != b"STOP":
    # READY is also the answer to HELLO, and the heartbeat
    socket.send_multipart([b"READY", token, state])
    while not socket.poll(ttl // 4):
        socket.send_multipart([b"READY", token, state])
    kind, body = (socket.recv_multipart() + [b""])[:2]
    token = body if kind == b"HELLO" else token
    if kind != b"TASK":
        continue
    jobs = [line.partition(b" ") for line in body.split(b"\n")[:-1]]
    for _, _, payload in jobs:
        print(f"{payload.decode()}.", end="", flush=True)
        if payload == b"die":
            os.abort()
        time.sleep(float(payload) / 1000)
    socket.send_multipart([b"DONE", token, state, b"".join(job + b"\n" for job, _, _ in jobs)])
socket.close()
