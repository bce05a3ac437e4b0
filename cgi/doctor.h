#ifndef RR_CGI_DOCTOR_H
#define RR_CGI_DOCTOR_H

#include <stdbool.h>

/* Looks at all that the service stands on: settings, clock, database, cache, reports, lock, sockets, nginx's configuration.
 * Prints a line each on standard output, and below what is wrong how to mend it. True where nothing is wrong. Changes nothing,
 * and makes no folder that is not there. */
bool rr_doctor_print(void);

#endif
