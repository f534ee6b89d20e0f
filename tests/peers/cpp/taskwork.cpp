//  Task worker in C++
//  Connects PULL socket to the ventilator at argv[1], PUSH socket to the sink at argv[2]
//  Sleeps for each task's milliseconds, then sends an empty result

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <zmq.hpp>

int main (int argc, char *argv [])
{
    zmq::context_t context;
    zmq::socket_t receiver (context, zmq::socket_type::pull);
    receiver.connect (argc > 1? argv [1]: "tcp://localhost:5557");
    zmq::socket_t sender (context, zmq::socket_type::push);
    sender.connect (argc > 2? argv [2]: "tcp://localhost:5558");

    while (true) {
        zmq::message_t task;
        (void) receiver.recv (task);

        int workload = 0;
        std::istringstream (task.to_string ()) >> workload;
        std::this_thread::sleep_for (std::chrono::milliseconds (workload));

        sender.send (zmq::message_t (), zmq::send_flags::none);
        std::cout << "." << std::flush;
    }
}
