//  Weather update client
//  Connects SUB socket to argv[1], subscribes to argv[2]
//  Collects argv[3] updates and prints their average temperature

#include "peer.h"

int main (int argc, char *argv [])
{
    const char *endpoint = text_arg (argc, argv, 1, "tcp://localhost:5556");
    const char *filter = text_arg (argc, argv, 2, "10001 ");
    int updates = int_arg (argc, argv, 3, 100);

    printf ("Collecting updates from weather server...\n");
    fflush (stdout);
    void *context = zmq_ctx_new ();
    void *subscriber = connected_socket (context, ZMQ_SUB, endpoint);
    check (zmq_setsockopt (subscriber, ZMQ_SUBSCRIBE, filter, strlen (filter)) == 0, "ZMQ_SUBSCRIBE");

    long total = 0;
    for (int update = 0; update < updates; update++) {
        char text [256];
        recv_text (subscriber, text, sizeof text);

        int zipcode, temperature, humidity;
        if (sscanf (text, "%d %d %d", &zipcode, &temperature, &humidity) != 3) {
            fprintf (stderr, "not a weather update: '%s'\n", text);
            return 1;
        }
        total += temperature;
    }
    printf ("Average temperature for zipcode '%s' was %dF\n", filter, (int) (total / updates));
    fflush (stdout);

    zmq_close (subscriber);
    zmq_ctx_destroy (context);
    return 0;
}
