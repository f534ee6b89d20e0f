"""Weather update server: PUB socket bound to argv[1], argv[2] updates a second (0: as fast as it can)."""

import random
import sys
import time

import zmq

endpoint, rate = sys.argv[1], int(sys.argv[2])

publisher = zmq.Context().socket(zmq.PUB)
publisher.bind(endpoint)

while True:
    zipcode = random.randrange(100000)
    temperature = random.randrange(-80, 135)
    humidity = random.randrange(10, 60)
    publisher.send_string(f"{zipcode:05d} {temperature} {humidity}")
    if rate > 0:
        time.sleep(1 / rate)
