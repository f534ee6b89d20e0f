//  Weather update server
//  Binds PUB socket to argv[1]
//  Publishes random updates, argv[2] a second (0: as fast as it can)

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://*:5556");
    int rate = int_arg (argc, argv, 2, 0);

    void *context = zmq_ctx_new ();
    void *publisher = bound_socket (context, ZMQ_PUB, endpoint);

    seed_random ();
    while (1) {
        char update [20];
        int zipcode = within (100000);
        int temperature = within (215) - 80;
        int humidity = within (50) + 10;
        snprintf (update, sizeof update, "%05d %d %d", zipcode, temperature, humidity);
        send_text (publisher, update);
        pace (rate);
    }
}
