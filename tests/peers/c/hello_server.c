//  Hello World server
//  Binds REP socket to argv[1], works argv[2] ms on each request
//  Expects any request, replies with "World"

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://*:5555");
    int work = int_arg (argc, argv, 2, 1000);

    void *context = zmq_ctx_new ();
    void *responder = bound_socket (context, ZMQ_REP, endpoint);

    while (1) {
        char request [10];
        check (zmq_recv (responder, request, sizeof request, 0) >= 0, "zmq_recv");
        printf ("Received Hello\n");
        fflush (stdout);
        sleep_ms (work);
        send_text (responder, "World");
    }
}
