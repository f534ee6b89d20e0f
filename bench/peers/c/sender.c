//  Sends messages of argv[3] bytes without end, through a PUB or PUSH socket (argv[1]) bound to argv[2]; one of
//  11 bytes is a weather update. PUB waits for a slow subscriber here, as PUSH does, instead of dropping.

#include "peer.h"

int main (int argc, char *argv [])
{
    int type = strcmp (text_arg (argc, argv, 1, "PUSH"), "PUB") == 0? ZMQ_PUB: ZMQ_PUSH;
    const char *endpoint = text_arg (argc, argv, 2, "tcp://*:5557");
    size_t size = int_arg (argc, argv, 3, 16);

    void *context = zmq_ctx_new ();
    void *socket = bound_socket (context, type, endpoint);
    int nodrop = 1;
    if (type == ZMQ_PUB)
        check (zmq_setsockopt (socket, ZMQ_XPUB_NODROP, &nodrop, sizeof nodrop) == 0, "ZMQ_XPUB_NODROP");
    char *message = malloc (size);
    for (size_t n = 0; n < size; n++)
        message [n] = "10001 28 40" [n % 11];
    while (1)
        check (zmq_send (socket, message, size, 0) >= 0, "zmq_send");
}
