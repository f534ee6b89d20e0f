//  Hello World client
//  Connects REQ socket to argv[1]
//  Sends argv[2] times "Hello", expects a reply to each

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://localhost:5555");
    int requests = int_arg (argc, argv, 2, 10);

    printf ("Connecting to hello world server...\n");
    fflush (stdout);
    void *context = zmq_ctx_new ();
    void *requester = connected_socket (context, ZMQ_REQ, endpoint);

    for (int request = 0; request < requests; request++) {
        char reply [10];
        printf ("Sending Hello %d...\n", request);
        fflush (stdout);
        send_text (requester, "Hello");
        check (zmq_recv (requester, reply, sizeof reply, 0) >= 0, "zmq_recv");
        printf ("Received World %d\n", request);
        fflush (stdout);
    }
    zmq_close (requester);
    zmq_ctx_destroy (context);
    return 0;
}
