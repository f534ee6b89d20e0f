//  Counts what comes in: argv[2] SUB or PULL sockets (argv[1]) connected to argv[3], for argv[4] ms from the
//  moment on at which each of them has received something. Prints how many messages came, and in how many ms.

#include "peer.h"

static zmq_msg_t message;

//  Takes what is there, but not forever: other sockets wait
static long drained (void *socket)
{
    long count = 0;
    while (count < 1000 && zmq_msg_recv (&message, socket, ZMQ_DONTWAIT) >= 0)
        count++;
    return count;
}

int main (int argc, char *argv [])
{
    int type = strcmp (text_arg (argc, argv, 1, "SUB"), "SUB") == 0? ZMQ_SUB: ZMQ_PULL;
    int sockets = int_arg (argc, argv, 2, 1);
    const char *endpoint = text_arg (argc, argv, 3, "tcp://localhost:5556");
    int64_t duration = int_arg (argc, argv, 4, 1000);

    void *context = zmq_ctx_new ();
    zmq_pollitem_t *items = calloc (sockets, sizeof *items);
    char *has_received = calloc (sockets, 1);
    for (int n = 0; n < sockets; n++) {
        void *socket = connected_socket (context, type, endpoint);
        if (type == ZMQ_SUB)
            check (zmq_setsockopt (socket, ZMQ_SUBSCRIBE, "", 0) == 0, "ZMQ_SUBSCRIBE");
        items [n] = (zmq_pollitem_t) { socket, 0, ZMQ_POLLIN, 0 };
    }
    printf ("connected\n");
    fflush (stdout);

    zmq_msg_init (&message);
    for (int silent = sockets; silent > 0;) {
        check (zmq_poll (items, sockets, -1) >= 0, "zmq_poll");
        for (int n = 0; n < sockets; n++)
            if (drained (items [n].socket) > 0 && !has_received [n]) {
                has_received [n] = 1;
                silent--;
            }
    }
    printf ("counting\n");
    fflush (stdout);

    long count = 0;
    int64_t start = clock_ms (), now;
    do {
        check (zmq_poll (items, sockets, (long) duration) >= 0, "zmq_poll");
        for (int n = 0; n < sockets; n++)
            count += drained (items [n].socket);
        now = clock_ms ();
    } while (now - start < duration);
    printf ("%ld %ld\n", count, (long) (now - start));
    fflush (stdout);
    //  Those who still send are not waited for
    _exit (0);
}
