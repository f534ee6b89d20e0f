//  Counts what comes in: argv[2] SUB or PULL sockets (argv[1]) connected to argv[3], for argv[4] ms from the
//  first message on. Prints how many messages came, and in how many ms.

#include "peer.h"

int main (int argc, char *argv [])
{
    int type = strcmp (text_arg (argc, argv, 1, "SUB"), "SUB") == 0? ZMQ_SUB: ZMQ_PULL;
    int sockets = int_arg (argc, argv, 2, 1);
    const char *endpoint = text_arg (argc, argv, 3, "tcp://localhost:5556");
    int64_t duration = int_arg (argc, argv, 4, 1000);

    void *context = zmq_ctx_new ();
    zmq_pollitem_t *items = calloc (sockets, sizeof *items);
    for (int n = 0; n < sockets; n++) {
        void *socket = connected_socket (context, type, endpoint);
        if (type == ZMQ_SUB)
            check (zmq_setsockopt (socket, ZMQ_SUBSCRIBE, "", 0) == 0, "ZMQ_SUBSCRIBE");
        items [n] = (zmq_pollitem_t) { socket, 0, ZMQ_POLLIN, 0 };
    }
    printf ("connected\n");
    fflush (stdout);

    long count = 0;
    int64_t start = 0, now = 0;
    zmq_msg_t message;
    zmq_msg_init (&message);
    do {
        check (zmq_poll (items, sockets, start == 0? -1: (long) duration) >= 0, "zmq_poll");
        if (start == 0)
            start = clock_ms ();
        for (int n = 0; n < sockets; n++)
            for (int burst = 0; burst < 1000 && zmq_msg_recv (&message, items [n].socket, ZMQ_DONTWAIT) >= 0; burst++)
                count++;
        now = clock_ms ();
    } while (now - start < duration);
    printf ("%ld %ld\n", count, (long) (now - start));
    fflush (stdout);
    //  Those who still send are not waited for
    _exit (0);
}
