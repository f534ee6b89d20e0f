//  Task ventilator
//  Binds PUSH socket to argv[1], connects PUSH socket to the sink at argv[2]
//  Waits for Enter, then sends the start of batch and argv[3] tasks

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://*:5557");
    const char *sink_endpoint = text_arg (argc, argv, 2, "tcp://localhost:5558");
    int tasks = int_arg (argc, argv, 3, 100);

    void *context = zmq_ctx_new ();
    void *sender = bound_socket (context, ZMQ_PUSH, endpoint);
    void *sink = connected_socket (context, ZMQ_PUSH, sink_endpoint);

    printf ("Press Enter when the workers are ready: ");
    fflush (stdout);
    getchar ();
    printf ("Sending tasks to workers...\n");
    fflush (stdout);

    send_text (sink, "0");

    seed_random ();
    int total = 0;
    for (int task = 0; task < tasks; task++) {
        char text [10];
        int workload = within (100) + 1;
        total += workload;
        snprintf (text, sizeof text, "%d", workload);
        send_text (sender, text);
    }
    printf ("Total expected cost: %d msec\n", total);
    fflush (stdout);

    zmq_close (sink);
    zmq_close (sender);
    zmq_ctx_destroy (context);
    return 0;
}
