//  Job worker
//  Connects DEALER socket to the ventilator at argv[1]
//  Takes argv[2] jobs at once, sleeps for the milliseconds of each, and reports those that are done;
//  after argv[3] ms of silence the ventilator is to give it up. Dies of a job that is "die"

#include "peer.h"

static void send_state (void *socket, const char *kind, const char *token, const char *state, const char *lines)
{
    check (zmq_send (socket, kind, strlen (kind), ZMQ_SNDMORE) >= 0, "kind");
    check (zmq_send (socket, token, strlen (token), ZMQ_SNDMORE) >= 0, "token");
    check (zmq_send (socket, state, strlen (state), lines? ZMQ_SNDMORE: 0) >= 0, "state");
    if (lines)
        send_text (socket, lines);
}

int main (int argc, char *argv [])
{
    void *context = zmq_ctx_new ();
    void *socket = connected_socket (context, ZMQ_DEALER, text_arg (argc, argv, 1, "tcp://localhost:5561"));
    int ttl = int_arg (argc, argv, 3, 10000);
    static char kind [16], body [1 << 20], done [1 << 20];
    char token [64] = "", state [32];
    snprintf (state, sizeof state, "%d %d", int_arg (argc, argv, 2, 1), ttl);

    while (strcmp (kind, "STOP") != 0) {
        //  READY is also the answer to HELLO, and the heartbeat
        send_state (socket, "READY", token, state, NULL);
        zmq_pollitem_t item = { socket, 0, ZMQ_POLLIN, 0 };
        while (zmq_poll (&item, 1, ttl / 4) == 0)
            send_state (socket, "READY", token, state, NULL);
        body [0] = done [0] = '\0';
        recv_text (socket, kind, sizeof kind);
        int more = 0;
        zmq_getsockopt (socket, ZMQ_RCVMORE, &more, &(size_t) { sizeof more });
        if (more)
            recv_text (socket, body, sizeof body);
        if (strcmp (kind, "HELLO") == 0)
            strcpy (token, body);
        if (strcmp (kind, "TASK") != 0)
            continue;
        char *at = done;
        for (char *line = strtok (body, "\n"); line; line = strtok (NULL, "\n")) {
            char *payload = line + strcspn (line, " ");
            at += sprintf (at, "%.*s\n", (int) (payload - line), line);
            payload += *payload == ' ';
            printf ("%s.", payload);
            fflush (stdout);
            if (strcmp (payload, "die") == 0)
                abort ();
            sleep_ms (atoi (payload));
        }
        send_state (socket, "DONE", token, state, done);
    }
    zmq_close (socket);
    zmq_ctx_destroy (context);
    return 0;
}
