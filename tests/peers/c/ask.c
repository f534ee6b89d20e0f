//  A client for any server
//  Connects REQ socket to argv[1]
//  Sends argv[2], prints the reply

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://localhost:5559");
    const char *request = text_arg (argc, argv, 2, "Hello");
    char reply [1024];

    void *context = zmq_ctx_new ();
    void *requester = connected_socket (context, ZMQ_REQ, endpoint);
    send_text (requester, request);
    recv_text (requester, reply, sizeof reply);
    printf ("%s\n", reply);

    zmq_close (requester);
    zmq_ctx_destroy (context);
    return 0;
}
