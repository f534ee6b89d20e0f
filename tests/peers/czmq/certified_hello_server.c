//  Hello World server whose keys are certificates
//  Binds REP socket to argv[1] with the certificate argv[2], admits by zauth whose certificate is in the folder argv[3]

#include <czmq.h>

int main (int argc, char *argv [])
{
    assert (argc == 4);
    zactor_t *authenticator = zactor_new (zauth, NULL);
    assert (authenticator);
    zstr_sendx (authenticator, "CURVE", argv [3], NULL);
    zsock_wait (authenticator);

    zcert_t *certificate = zcert_load (argv [2]);
    assert (certificate);
    zsock_t *responder = zsock_new (ZMQ_REP);
    zcert_apply (certificate, responder);
    zsock_set_zap_domain (responder, "global");
    zsock_set_curve_server (responder, 1);
    assert (zsock_bind (responder, "%s", argv [1]) != -1);

    char *request;
    while ((request = zstr_recv (responder))) {
        puts ("Received Hello");
        fflush (stdout);
        zstr_free (&request);
        zstr_send (responder, "World");
    }
    zsock_destroy (&responder);
    zcert_destroy (&certificate);
    zactor_destroy (&authenticator);
}
