//  Hello World client whose keys are certificates
//  Connects REQ socket to argv[1] with the certificate argv[2] to the server with the certificate argv[3]
//  Sends argv[4] requests

#include <czmq.h>

int main (int argc, char *argv [])
{
    assert (argc == 5);
    zcert_t *certificate = zcert_load (argv [2]);
    zcert_t *server = zcert_load (argv [3]);
    assert (certificate && server);
    zsock_t *requester = zsock_new (ZMQ_REQ);
    zcert_apply (certificate, requester);
    zsock_set_curve_serverkey (requester, zcert_public_txt (server));
    assert (zsock_connect (requester, "%s", argv [1]) == 0);

    for (int request = 0; request < atoi (argv [4]); request++) {
        zstr_send (requester, "Hello");
        char *reply = zstr_recv (requester);
        if (!reply)
            return 1;
        printf ("Received %s %d\n", reply, request);
        fflush (stdout);
        zstr_free (&reply);
    }
    zsock_destroy (&requester);
    zcert_destroy (&certificate);
    zcert_destroy (&server);
}
