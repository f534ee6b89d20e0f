"""Weather update client: SUB socket connected to argv[1], averages argv[3] updates matching argv[2]."""

import sys

import zmq

endpoint, topic, updates = sys.argv[1], sys.argv[2], int(sys.argv[3])

print("Collecting updates from weather server...", flush=True)
subscriber = zmq.Context().socket(zmq.SUB)
subscriber.connect(endpoint)
subscriber.setsockopt_string(zmq.SUBSCRIBE, topic)

total = 0
for update in range(updates):
    zipcode, temperature, humidity = subscriber.recv_string().split()
    total += int(temperature)
# int() truncates toward zero as C's division does; // would round a frost down.
print(f"Average temperature for zipcode '{topic}' was {int(total / updates)}F", flush=True)
