//  Task ventilator with a given batch: binds PUSH socket to argv[1], connects PUSH socket to the sink at argv[2],
//  waits until argv[3] workers are connected, and sends the workloads that argv[4], a file, has a line each

#include "peer.h"

static void wait_for_workers (void *context, void *sender, int workers)
{
    void *monitor = zmq_socket (context, ZMQ_PAIR);
    check (zmq_connect (monitor, "inproc://workers") == 0, "monitor");
    while (workers > 0) {
        zmq_msg_t event, address;
        zmq_msg_init (&event);
        check (zmq_msg_recv (&event, monitor, 0) >= 0, "monitor");
        if (*(uint16_t *) zmq_msg_data (&event) == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            workers--;
        zmq_msg_close (&event);
        zmq_msg_init (&address);
        check (zmq_msg_recv (&address, monitor, 0) >= 0, "monitor");
        zmq_msg_close (&address);
    }
    check (zmq_socket_monitor (sender, NULL, 0) == 0, "monitor");
    zmq_close (monitor);
}

int main (int argc, char *argv [])
{
    void *context = zmq_ctx_new ();
    void *sender = zmq_socket (context, ZMQ_PUSH);
    check (zmq_socket_monitor (sender, "inproc://workers", ZMQ_EVENT_HANDSHAKE_SUCCEEDED) == 0, "monitor");
    check (zmq_bind (sender, text_arg (argc, argv, 1, "tcp://*:5557")) == 0, "zmq_bind");
    void *sink = connected_socket (context, ZMQ_PUSH, text_arg (argc, argv, 2, "tcp://localhost:5558"));
    wait_for_workers (context, sender, int_arg (argc, argv, 3, 1));

    FILE *batch = fopen (text_arg (argc, argv, 4, "batch"), "r");
    check (batch != NULL, "batch");
    send_text (sink, "0");
    char workload [16];
    while (fscanf (batch, "%15s", workload) == 1)
        send_text (sender, workload);

    zmq_close (sink);
    zmq_close (sender);
    zmq_ctx_destroy (context);
    return 0;
}
