//  Task sink
//  Binds PULL socket to argv[1]
//  Waits for the start of batch, collects argv[2] results and prints how long they took

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://*:5558");
    int tasks = int_arg (argc, argv, 2, 100);

    void *context = zmq_ctx_new ();
    void *receiver = bound_socket (context, ZMQ_PULL, endpoint);

    char message [256];
    recv_text (receiver, message, sizeof message);
    int64_t start = clock_ms ();

    for (int task = 0; task < tasks; task++) {
        recv_text (receiver, message, sizeof message);
        printf (task % 10 == 0? ":": ".");
        fflush (stdout);
    }
    printf ("Total elapsed time: %d msec\n", (int) (clock_ms () - start));
    fflush (stdout);

    zmq_close (receiver);
    zmq_ctx_destroy (context);
    return 0;
}
