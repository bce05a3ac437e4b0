#ifndef RR_CGI_FCGI_IO_H
#define RR_CGI_FCGI_IO_H

#include "base/err.h"
#include "respond.h"

/* libfcgi, behind four calls; only fcgi_io.c includes it.
 *
 *     fcgi_io_open(err)                 standard input is a listening socket; SIGTERM, SIGINT, SIGQUIT, SIGUSR1 ask to stop
 *     while (fcgi_io_accept(&request) == 1) {     0: asked to stop; -1: gave up
 *         fcgi_io_send(&response); ...
 *         fcgi_io_finish();
 *     }
 *     fcgi_io_close()
 *
 * A request in hand is finished before a stop is seen. Log lines that were held back are written before a wait.
 * request's texts live until fcgi_io_finish. One request at a time. */
int fcgi_io_open(struct rr_err *err);
int fcgi_io_accept(struct rr_request *request);

/* Sends the response; returns the bytes of body that were taken. */
size_t fcgi_io_send(const struct rr_response *response);
void fcgi_io_finish(void);

void fcgi_io_close(void);

#endif
