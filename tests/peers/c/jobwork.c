//  Job worker
//  Connects DEALER socket to the ventilator at argv[1]
//  Takes argv[2] jobs at once, sleeps for the milliseconds of each, and reports those that are done;
//  after argv[3] ms of silence the ventilator is to give it up. Dies of a job that is "die"

#include "peer.h"

static char kind [16], field [64], payloads [1 << 20], token [64], state [32], done [32];

static void say (void *socket, const char *what)
{
    const char *frames [] = { what, token, state, done };
    for (int n = 0; n < 4; n++)
        check (zmq_send (socket, frames [n], strlen (frames [n]), n < 3? ZMQ_SNDMORE: 0) >= 0, what);
    done [0] = '\0';
}

int main (int argc, char *argv [])
{
    void *context = zmq_ctx_new ();
    void *socket = connected_socket (context, ZMQ_DEALER, text_arg (argc, argv, 1, "tcp://localhost:5561"));
    int ttl = int_arg (argc, argv, 3, 10000);
    snprintf (state, sizeof state, "%d %d", int_arg (argc, argv, 2, 1), ttl);

    while (strcmp (kind, "STOP") != 0) {
        //  READY is also the first message, the answer to HELLO, and the heartbeat
        say (socket, done [0]? "DONE": "READY");
        if (zmq_poll (&(zmq_pollitem_t) { socket, 0, ZMQ_POLLIN, 0 }, 1, ttl / 4) == 0)
            continue;
        recv_text (socket, kind, sizeof kind);
        recv_more (socket, field, sizeof field);
        recv_more (socket, payloads, sizeof payloads);
        if (strcmp (kind, "HELLO") == 0)
            strcpy (token, field);
        if (strcmp (kind, "TASK") != 0)
            continue;
        long next = atol (field);
        for (char *payload = strtok (payloads, "\n"); payload; payload = strtok (NULL, "\n"), next++) {
            printf ("%s.", payload);
            fflush (stdout);
            if (strcmp (payload, "die") == 0)
                abort ();
            sleep_ms (atoi (payload));
        }
        snprintf (done, sizeof done, "%s-%ld\n", field, next - 1);
    }
    zmq_close (socket);
    zmq_ctx_destroy (context);
    return 0;
}
