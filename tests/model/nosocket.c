/* Preloaded into a program: a socket that it opens, for whatever, is its end, with exit status 97. */
#include <unistd.h>

int socket(int domain, int type, int protocol);

int socket(int domain, int type, int protocol) {
    (void)domain;
    (void)type;
    (void)protocol;
    _exit(97);
}
