//  Publishes weather updates at argv[1] as fast as it can, and once there is a subscriber counts for argv[2] ms how
//  many it sends; prints how many, and in how many ms

#include "peer.h"

int main (int argc, char *argv [])
{
    int64_t duration = int_arg (argc, argv, 2, 1000);
    void *context = zmq_ctx_new ();
    void *publisher = bound_socket (context, ZMQ_XPUB, text_arg (argc, argv, 1, "tcp://*:5556"));
    char subscription [16];
    recv_text (publisher, subscription, sizeof subscription);

    int64_t start = clock_ms (), now = start;
    long count = 0;
    do {
        for (int burst = 0; burst < 1000; burst++, count++) {
            char update [20];
            int zipcode = within (100000);
            int temperature = within (215) - 80;
            int humidity = within (50) + 10;
            snprintf (update, sizeof update, "%05d %d %d", zipcode, temperature, humidity);
            send_text (publisher, update);
        }
        now = clock_ms ();
    } while (now - start < duration);
    printf ("%ld %ld\n", count, (long) (now - start));
    fflush (stdout);
    _exit (0);
}
