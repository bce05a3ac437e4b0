#ifndef RR_CGI_STATUS_TABLE_H
#define RR_CGI_STATUS_TABLE_H

#include "service/service.h"

/* The last runs as a table for people, on standard output: of one mode, or of all for RR_MODE_COUNT. */
void rr_status_table_print(const struct rr_service *service, enum rr_mode only);

/* `3 min`, `26 h`, `12 d`: seconds as people tell them; "-" for what is below 0. */
enum { RR_AGE_SIZE = 24 };
void rr_age_text(int64_t age_s, char text[RR_AGE_SIZE]);

#endif
