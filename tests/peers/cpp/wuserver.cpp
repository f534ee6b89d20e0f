//  Weather update server in C++
//  Binds PUB socket to argv[1]
//  Publishes random updates, argv[2] a second (0: as fast as it can)
//
//  Every message is 20 bytes: the text, a NUL, and whatever the memory held before. Here that rest is
//  0xFF bytes, so that a reader which takes it for text always trips over it, not only now and then.

#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <zmq.hpp>

int main (int argc, char *argv [])
{
    const char *endpoint = argc > 1? argv [1]: "tcp://*:5556";
    const int rate = argc > 2? std::stoi (argv [2]): 0;

    zmq::context_t context;
    zmq::socket_t publisher (context, zmq::socket_type::pub);
    publisher.bind (endpoint);

    std::mt19937 random (std::random_device {} ());
    std::uniform_int_distribution<int> zipcode (0, 99999), temperature (-80, 134), humidity (10, 59);
    while (true) {
        char update [20];
        std::memset (update, 0xFF, sizeof update);
        std::snprintf (update, sizeof update, "%05d %d %d",
                       zipcode (random), temperature (random), humidity (random));
        publisher.send (zmq::const_buffer (update, sizeof update));
        if (rate > 0)
            std::this_thread::sleep_for (std::chrono::nanoseconds (1000000000 / rate));
    }
}
