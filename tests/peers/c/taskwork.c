//  Task worker
//  Connects PULL socket to the ventilator at argv[1], PUSH socket to the sink at argv[2]
//  Sleeps for each task's milliseconds, then sends an empty result

#include "peer.h"

int main (int argc, char *argv [])
{
    void *context = zmq_ctx_new ();
    void *receiver = connected_socket (context, ZMQ_PULL, text_arg (argc, argv, 1, "tcp://localhost:5557"));
    void *sender = connected_socket (context, ZMQ_PUSH, text_arg (argc, argv, 2, "tcp://localhost:5558"));

    while (1) {
        char task [256];
        recv_text (receiver, task, sizeof task);
        printf ("%s.", task);
        fflush (stdout);
        sleep_ms (atoi (task));
        send_text (sender, "");
    }
}
