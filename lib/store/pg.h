#ifndef RR_STORE_PG_H
#define RR_STORE_PG_H

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* libpq behind small calls; only pg.c includes libpq-fe.h. A session with a PostgreSQL server, which nothing can hold up for
 * longer than it is given: a server that does not answer is a session that is lost.
 *
 *     rr_pg_open(&pg, uri, err)                 looks at the URI, and connects to nothing
 *     rr_pg_connect(pg, err)                    does nothing where it is connected
 *     rr_pg_run(pg, sql, params, count, &rows, err)
 *       rr_pg_value(&rows, row, column)
 *     rr_pg_rows_free(&rows)
 *     rr_pg_disconnect(pg); rr_pg_close(&pg)    idempotent; all that the session held is let go
 *
 * Every failure is RR_STORE_UNAVAILABLE, with a sentence that names neither server nor SQL. A failure of the connection, or of a
 * statement within a transaction, ends the session. After a failed connection the next is tried only after a pause, which doubles
 * and is a little different for each process. */
struct rr_pg;

/* RR_BAD_SETTING where uri is not one of PostgreSQL's, or holds a password. uri is borrowed. */
int rr_pg_open(struct rr_pg **out, const char *uri, struct rr_err *err);
void rr_pg_close(struct rr_pg **pg);

int rr_pg_connect(struct rr_pg *pg, struct rr_err *err);
void rr_pg_disconnect(struct rr_pg *pg);
bool rr_pg_is_connected(const struct rr_pg *pg);

/* A text, NULL where text.ptr is NULL, or bytes. */
struct rr_pg_param {
    struct rr_slice value; /* a text ends with a NUL behind it */
    bool is_bytes;
};

struct rr_pg_rows {
    void *result;
    int count;
};

enum { RR_PG_PARAMS_MAX = 12 };

/* One statement. rows may be NULL where nobody looks at them; else the caller frees them, whatever came back. Columns are texts
 * (cast them in SQL) or bytea. */
int rr_pg_run(struct rr_pg *pg, const char *sql, const struct rr_pg_param *params, int count, struct rr_pg_rows *rows,
              struct rr_err *err);
struct rr_slice rr_pg_value(const struct rr_pg_rows *rows, int row, int column); /* borrowed; ptr NULL: SQL's NULL */
void rr_pg_rows_free(struct rr_pg_rows *rows);

/* Several statements with semicolons between them, one transaction. */
int rr_pg_run_all(struct rr_pg *pg, const char *sql, struct rr_err *err);

/* Waits up to max_ms for a NOTIFY on a channel that the session listens to: calls tell with each payload. 1, 0 where none came,
 * or -1. */
int rr_pg_wait(struct rr_pg *pg, int64_t max_ms, void (*tell)(void *ctx, const char *payload), void *ctx, struct rr_err *err);

#endif
