//  Makes a certificate for each name
//  argv[1] is the folder, the rest are names; metadata has a field that is called as the key

#include <czmq.h>

int main (int argc, char *argv [])
{
    for (int index = 2; index < argc; index++) {
        zcert_t *certificate = zcert_new ();
        assert (certificate);
        zcert_set_meta (certificate, "name", "%s", argv [index]);
        zcert_set_meta (certificate, "public-key", "%s", "see below");
        char *file = zsys_sprintf ("%s/%s", argv [1], argv [index]);
        assert (zcert_save (certificate, file) == 0);
        zstr_free (&file);
        zcert_destroy (&certificate);
    }
}
