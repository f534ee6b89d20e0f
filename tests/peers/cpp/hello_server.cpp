//  Hello World server in C++
//  Binds REP socket to argv[1], works argv[2] ms on each request
//  Expects any request, replies with "World"

#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <zmq.hpp>

int main (int argc, char *argv [])
{
    const char *endpoint = argc > 1? argv [1]: "tcp://*:5555";
    const std::chrono::milliseconds work (argc > 2? std::stoi (argv [2]): 1000);

    zmq::context_t context;
    zmq::socket_t responder (context, zmq::socket_type::rep);
    responder.bind (endpoint);

    while (true) {
        zmq::message_t request;
        (void) responder.recv (request);
        std::cout << "Received Hello" << std::endl;
        std::this_thread::sleep_for (work);
        responder.send (zmq::str_buffer ("World"));
    }
}
