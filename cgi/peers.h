#ifndef RR_CGI_PEERS_H
#define RR_CGI_PEERS_H

/* The commands of a host that shares its store with others (REPORT_STORE); each returns its exit status. */
int rr_peers_store(int argc, char **argv);
int rr_peers_follow(int argc, char **argv);
int rr_peers_take(int argc, char **argv);

#endif
