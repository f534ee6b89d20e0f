//  Task ventilator in C++
//  Binds PUSH socket to argv[1], connects PUSH socket to the sink at argv[2]
//  Waits for Enter, then sends the start of batch and argv[3] tasks
//
//  The start of batch is two bytes, "0" and a stray one; every task is ten bytes, padded with NULs.

#include <cstdio>
#include <iostream>
#include <random>
#include <string>
#include <zmq.hpp>

int main (int argc, char *argv [])
{
    const char *endpoint = argc > 1? argv [1]: "tcp://*:5557";
    const char *sink_endpoint = argc > 2? argv [2]: "tcp://localhost:5558";
    const int tasks = argc > 3? std::stoi (argv [3]): 100;

    zmq::context_t context;
    zmq::socket_t sender (context, zmq::socket_type::push);
    sender.bind (endpoint);
    zmq::socket_t sink (context, zmq::socket_type::push);
    sink.connect (sink_endpoint);

    std::cout << "Press Enter when the workers are ready: " << std::endl;
    std::getchar ();
    std::cout << "Sending tasks to workers...\n" << std::endl;

    const char start [2] = { '0', '\x7f' };
    sink.send (zmq::const_buffer (start, sizeof start));

    std::mt19937 random (std::random_device {} ());
    std::uniform_int_distribution<int> workload (1, 100);
    int total = 0;
    for (int task = 0; task < tasks; task++) {
        char text [10] = {};
        const int cost = workload (random);
        total += cost;
        std::snprintf (text, sizeof text, "%d", cost);
        sender.send (zmq::const_buffer (text, sizeof text));
    }
    std::cout << "Total expected cost: " << total << " msec" << std::endl;
    return 0;
}
