//  Sends messages of argv[3] bytes without end, through a PUB or PUSH socket (argv[1]) bound to argv[2]

#include "peer.h"

int main (int argc, char *argv [])
{
    int type = strcmp (text_arg (argc, argv, 1, "PUSH"), "PUB") == 0? ZMQ_PUB: ZMQ_PUSH;
    const char *endpoint = text_arg (argc, argv, 2, "tcp://*:5557");
    size_t size = int_arg (argc, argv, 3, 16);

    void *context = zmq_ctx_new ();
    void *socket = bound_socket (context, type, endpoint);
    char *message = malloc (size);
    memset (message, 'x', size);
    while (1)
        check (zmq_send (socket, message, size, 0) >= 0, "zmq_send");
}
