//  Hello World client in C++
//  Connects REQ socket to argv[1]
//  Sends argv[2] times "Hello", expects a reply to each

#include <iostream>
#include <string>
#include <zmq.hpp>

int main (int argc, char *argv [])
{
    const char *endpoint = argc > 1? argv [1]: "tcp://localhost:5555";
    const int requests = argc > 2? std::stoi (argv [2]): 10;

    zmq::context_t context;
    zmq::socket_t requester (context, zmq::socket_type::req);

    std::cout << "Connecting to hello world server..." << std::endl;
    requester.connect (endpoint);

    for (int request = 0; request < requests; request++) {
        std::cout << "Sending Hello " << request << "..." << std::endl;
        requester.send (zmq::str_buffer ("Hello"));
        zmq::message_t reply;
        (void) requester.recv (reply);
        std::cout << "Received World " << request << std::endl;
    }
    return 0;
}
