//  What the C peers share: arguments, checked calls, and text frames as the chapter's helpers send and read them
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

//  Ends the peer with what failed and why, so that a test shows it
static inline void check (int ok, const char *what)
{
    if (!ok) {
        fprintf (stderr, "%s: %s\n", what, zmq_strerror (errno));
        exit (1);
    }
}

static inline const char *text_arg (int argc, char *argv [], int index, const char *fallback)
{
    return argc > index? argv [index]: fallback;
}

static inline int int_arg (int argc, char *argv [], int index, int fallback)
{
    return argc > index? atoi (argv [index]): fallback;
}

static inline void set_key (void *socket, int option, const char *variable)
{
    const char *key = getenv (variable);
    check (key != NULL && zmq_setsockopt (socket, option, key, strlen (key)) == 0, variable);
}

//  Where the environment has keys (Z85), the socket proves its own one
static inline int set_own_keys (void *socket)
{
    if (getenv ("CURVE_SECRET_KEY") == NULL)
        return 0;
    set_key (socket, ZMQ_CURVE_PUBLICKEY, "CURVE_PUBLIC_KEY");
    set_key (socket, ZMQ_CURVE_SECRETKEY, "CURVE_SECRET_KEY");
    return 1;
}

static inline void *bound_socket (void *context, int type, const char *endpoint)
{
    void *socket = zmq_socket (context, type);
    check (socket != NULL, "zmq_socket");
    int server = set_own_keys (socket);
    check (zmq_setsockopt (socket, ZMQ_CURVE_SERVER, &server, sizeof server) == 0, "ZMQ_CURVE_SERVER");
    check (zmq_bind (socket, endpoint) == 0, endpoint);
    return socket;
}

static inline void *connected_socket (void *context, int type, const char *endpoint)
{
    void *socket = zmq_socket (context, type);
    check (socket != NULL, "zmq_socket");
    if (set_own_keys (socket))
        set_key (socket, ZMQ_CURVE_SERVERKEY, "CURVE_SERVER_KEY");
    check (zmq_connect (socket, endpoint) == 0, endpoint);
    return socket;
}

//  One frame, without the string's NUL
static inline void send_text (void *socket, const char *text)
{
    check (zmq_send (socket, text, strlen (text), 0) >= 0, "zmq_send");
}

//  One frame into a buffer, cut at its end and closed with a NUL
static inline void recv_text (void *socket, char *text, size_t size)
{
    int length = zmq_recv (socket, text, size - 1, 0);
    check (length >= 0, "zmq_recv");
    text [(size_t) length < size? (size_t) length: size - 1] = '\0';
}

//  The next frame of a message; nothing if there is none
static inline void recv_more (void *socket, char *text, size_t size)
{
    int more;
    check (zmq_getsockopt (socket, ZMQ_RCVMORE, &more, &(size_t) { sizeof more }) == 0, "ZMQ_RCVMORE");
    text [0] = '\0';
    if (more)
        recv_text (socket, text, size);
}

//  None at all for 0 ms, where nanosleep would still take some 50 µs
static inline void sleep_ms (int ms)
{
    if (ms <= 0)
        return;
    struct timespec rest = { ms / 1000, (long) (ms % 1000) * 1000000 };
    while (nanosleep (&rest, &rest) == -1 && errno == EINTR)
        continue;
}

static inline int64_t clock_ms (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

//  An integer in 0..n-1
static inline int within (int n)
{
    return (int) (random () % n);
}

static inline void seed_random (void)
{
    srandom ((unsigned) time (NULL) ^ (unsigned) getpid ());
}

//  At most rate updates a second; 0: no limit
static inline void pace (int rate)
{
    if (rate > 0) {
        struct timespec gap = { rate == 1, rate == 1? 0: 1000000000L / rate };
        nanosleep (&gap, NULL);
    }
}

#endif
