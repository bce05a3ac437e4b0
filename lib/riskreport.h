#ifndef RISKREPORT_H
#define RISKREPORT_H

/* libriskreport: what an installed program includes (`pkg-config --cflags --libs riskreport`). From a CRM database to a report:
 *
 *     rr_clock_set_zone("Asia/Seoul")                            the zone of every timestamp; once
 *     struct rr_order order = {.source = {.db_path = path, .clock = &rr_clock_system, .deadline = RR_NO_DEADLINE},
 *                              .as_of = rr_day_of(2026, 1, 10), .threads = 2};
 *     rr_generation_read(&generation, &order, &err)              one pass over one state of the database
 *     rr_generation_write(&generation, RR_OFFLINE, &stamp, NULL, &sink, &err)   each mode that is wanted
 *     rr_generation_free(&generation)
 *
 * With a cache, a lock and a status around it, as the service has them: service/run.h and service/job.h.
 * Static, for one version: nothing is promised of the next one's structures. */
#include "report/generate.h"
#include "service/job.h"
#include "service/serve.h"

#endif
