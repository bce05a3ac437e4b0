#include "store/pg.h"

#include "base/log.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { connect_wait_ms = 7000, statement_wait_ms = 15 * 1000, pause_min_ms = 100, pause_max_ms = 3000, ns_per_us = 1000 };

struct rr_pg {
    const char *uri;
    PGconn *conn; /* NULL: not connected */
    int64_t pause_ms, not_before_ms;
    struct rr_err why; /* it could not be connected last time */
};

/* What is not in the URI. Where it names several servers, one that is silent is given up (tcp_user_timeout) while there is time
 * for the next. A peer that is gone is noticed within some seconds, by this side and by the server, which then lets go what the
 * session has held. */
static const char *const names[] = {"application_name",
                                    "client_encoding",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "tcp_user_timeout",
                                    "options",
                                    "dbname",
                                    NULL};
static const char session_options[] = "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2 "
                                      "-c tcp_user_timeout=7000 -c statement_timeout=15s -c lock_timeout=10s "
                                      "-c idle_in_transaction_session_timeout=0 -c DateStyle=ISO";

/* ---- What went wrong ---- */

static const struct {
    const char *state; /* SQLSTATE, or how it begins */
    const char *sentence;
} sentences[] = {
    {"53100", "its disk is full"},
    {"53300", "it has no room for another connection"},
    {"53", "it has run out of something"},
    {"57P", "it is shutting down, or starting up"},
    {"57014", "it has taken too long"},
    {"55P03", "it has taken too long"},
    {"25006", "it is a standby, and takes no changes"},
    {"28", "it does not let this user in"},
    {"3D000", "there is no such database"},
    {"42501", "this user may not do that there (riskreport store check)"},
    {"3F000", "its tables are not there yet (riskreport store init)"},
    {"42P01", "its tables are not there yet (riskreport store init)"},
    {"42703", "its tables are of another version (riskreport store check)"},
};

static const char *sentence_of(const char *state) {
    for (size_t i = 0; state != NULL && i < sizeof sentences / sizeof sentences[0]; i++)
        if (strncmp(state, sentences[i].state, strlen(sentences[i].state)) == 0)
            return sentences[i].sentence;
    return NULL;
}

/* The server's own words are for the operator: they may name what readers are not to see. */
static int fail(const char *what, const char *state, const char *message, struct rr_err *err) {
    const char *sentence = sentence_of(state);
    char line[300];
    size_t len = message == NULL ? 0 : strcspn(message, "\n");
    snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), message == NULL ? "" : message);
    rr_log(RR_LOG_WARNING, "store_failed",
           (const struct rr_log_field[]){{"sqlstate", state == NULL ? "" : state, 0}, {"reason", line, 0}, {0}});
    return rr_fail(err, RR_STORE_UNAVAILABLE, "the shared store %s%s%s", what, sentence == NULL ? "" : ": ",
                   sentence == NULL ? "" : sentence);
}

static int fail_connection(struct rr_pg *pg, const char *what, struct rr_err *err) {
    fail(what, NULL, pg->conn == NULL ? NULL : PQerrorMessage(pg->conn), err);
    rr_pg_disconnect(pg);
    return -1;
}

static int fail_statement(struct rr_pg *pg, const PGresult *result, struct rr_err *err) {
    fail("refuses", PQresultErrorField(result, PG_DIAG_SQLSTATE), PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), err);
    if (PQstatus(pg->conn) != CONNECTION_OK || PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        rr_pg_disconnect(pg);
    return -1;
}

/* ---- Open and close ---- */

static int check_uri(const PQconninfoOption *options, struct rr_err *err) {
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
        if (strcmp(option->keyword, "password") == 0 && option->val != NULL)
            return rr_fail(
                err, RR_BAD_SETTING,
                "REPORT_STORE must not hold a password: put it into the file that PGPASSFILE names, or into PGPASSWORD");
    return 0;
}

int rr_pg_open(struct rr_pg **out, const char *uri, struct rr_err *err) {
    static const char *const schemes[] = {"postgresql://", "postgres://"};
    bool is_uri = strncmp(uri, schemes[0], strlen(schemes[0])) == 0 || strncmp(uri, schemes[1], strlen(schemes[1])) == 0;
    *out = NULL;
    PQconninfoOption *options = is_uri ? PQconninfoParse(uri, NULL) : NULL;
    if (options == NULL)
        return rr_fail(err, RR_BAD_SETTING,
                       "REPORT_STORE must be unset, \"file\", or like postgresql://user@host:5432/database, without a password");
    int rc = check_uri(options, err);
    PQconninfoFree(options);
    struct rr_pg *pg = rc == 0 ? calloc(1, sizeof *pg) : NULL;
    if (pg == NULL)
        return rc == 0 ? rr_fail_memory(err) : rc;
    *pg = (struct rr_pg){.uri = uri};
    *out = pg;
    return 0;
}

void rr_pg_close(struct rr_pg **pg) {
    if (*pg == NULL)
        return;
    rr_pg_disconnect(*pg);
    free(*pg);
    *pg = NULL;
}

void rr_pg_disconnect(struct rr_pg *pg) {
    PQfinish(pg->conn);
    pg->conn = NULL;
}

bool rr_pg_is_connected(const struct rr_pg *pg) {
    return pg->conn != NULL;
}

/* ---- Connecting ---- */

/* That something is there already, say, is nobody's concern. */
static void ignore_notice(void *ctx, const char *message) {
    (void)ctx;
    (void)message;
}

/* True when the socket is ready for that. A signal is no reason to leave an answer that is on its way. */
static bool await(const struct rr_pg *pg, short events, struct rr_deadline deadline) {
    struct pollfd socket = {.fd = PQsocket(pg->conn), .events = events};
    int ready;
    do
        ready = poll(&socket, 1, (int)rr_deadline_left_ms(deadline));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static bool finish_connecting(struct rr_pg *pg) {
    struct rr_deadline deadline = rr_deadline_in_ms(connect_wait_ms);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED && !rr_deadline_passed(deadline))
        if (await(pg, state == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, deadline))
            state = PQconnectPoll(pg->conn);
    return state == PGRES_POLLING_OK;
}

/* Nobody is to be asked by all at once when it is back. */
static void pause_before_next(struct rr_pg *pg, const struct rr_err *why) {
    uint64_t chance = (uint64_t)rr_clock_now_ns(&rr_clock_system) / ns_per_us + (uint64_t)getpid();
    pg->pause_ms = pg->pause_ms == 0 ? pause_min_ms : pg->pause_ms * 2 < pause_max_ms ? pg->pause_ms * 2 : pause_max_ms;
    pg->not_before_ms = rr_monotonic_ms() + pg->pause_ms / 2 + (int64_t)(chance % (uint64_t)(pg->pause_ms / 2 + 1));
    pg->why = *why;
}

int rr_pg_connect(struct rr_pg *pg, struct rr_err *err) {
    const char *const values[] = {"riskreport", "UTF8", "3", "2", "2", "3000", session_options, pg->uri, NULL};
    if (pg->conn != NULL)
        return 0;
    if (rr_monotonic_ms() < pg->not_before_ms) {
        *err = pg->why;
        return -1;
    }
    pg->conn = PQconnectStartParams(names, values, 1);
    if (pg->conn == NULL)
        return rr_fail_memory(err);
    if (PQstatus(pg->conn) == CONNECTION_BAD || !finish_connecting(pg) || PQsetnonblocking(pg->conn, 1) != 0) {
        fail_connection(pg, "cannot be reached", err);
        pause_before_next(pg, err);
        return -1;
    }
    PQsetNoticeProcessor(pg->conn, ignore_notice, NULL);
    pg->pause_ms = pg->not_before_ms = 0;
    return 0;
}

/* ---- Statements ---- */

static bool flush(struct rr_pg *pg, struct rr_deadline deadline) {
    int left;
    while ((left = PQflush(pg->conn)) == 1)
        if (!await(pg, POLLIN | POLLOUT, deadline) || PQconsumeInput(pg->conn) == 0)
            return false;
    return left == 0;
}

/* The next result of what was sent: NULL at its end, or where the session is lost (*lost). */
static PGresult *next_result(struct rr_pg *pg, struct rr_deadline deadline, bool *lost) {
    *lost = false;
    while (PQisBusy(pg->conn) == 1)
        if (!await(pg, POLLIN, deadline) || PQconsumeInput(pg->conn) == 0) {
            *lost = true;
            return NULL;
        }
    return PQgetResult(pg->conn);
}

static bool is_good(const PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

/* The last result, or NULL. */
static PGresult *collect(struct rr_pg *pg, bool sent, struct rr_err *err) {
    struct rr_deadline deadline = rr_deadline_in_ms(statement_wait_ms);
    PGresult *last = NULL, *result = NULL;
    bool lost = !sent || !flush(pg, deadline);
    while (!lost && (result = next_result(pg, deadline, &lost)) != NULL) {
        PQclear(last);
        last = result;
        lost = PQresultStatus(result) == PGRES_FATAL_ERROR && PQstatus(pg->conn) != CONNECTION_OK;
    }
    if (!lost && last != NULL && is_good(last))
        return last;
    if (lost || last == NULL)
        fail_connection(pg, "has been lost", err);
    else
        fail_statement(pg, last, err);
    PQclear(last);
    return NULL;
}

int rr_pg_run(struct rr_pg *pg, const char *sql, const struct rr_pg_param *params, int count, struct rr_pg_rows *rows,
              struct rr_err *err) {
    const char *values[RR_PG_PARAMS_MAX];
    int lengths[RR_PG_PARAMS_MAX], formats[RR_PG_PARAMS_MAX];
    if (rows != NULL)
        *rows = (struct rr_pg_rows){NULL, 0};
    if (rr_pg_connect(pg, err) != 0)
        return -1;
    for (int i = 0; i < count; i++) {
        values[i] = params[i].value.ptr;
        lengths[i] = (int)params[i].value.len;
        formats[i] = params[i].is_bytes;
    }
    PGresult *result = collect(pg, PQsendQueryParams(pg->conn, sql, count, NULL, values, lengths, formats, 1) == 1, err);
    if (result == NULL)
        return -1;
    if (rows != NULL)
        *rows = (struct rr_pg_rows){result, PQntuples(result)};
    else
        PQclear(result);
    return 0;
}

struct rr_slice rr_pg_value(const struct rr_pg_rows *rows, int row, int column) {
    if (PQgetisnull(rows->result, row, column))
        return (struct rr_slice){NULL, 0};
    return (struct rr_slice){PQgetvalue(rows->result, row, column), (size_t)PQgetlength(rows->result, row, column)};
}

void rr_pg_rows_free(struct rr_pg_rows *rows) {
    PQclear(rows->result);
    *rows = (struct rr_pg_rows){NULL, 0};
}

int rr_pg_run_all(struct rr_pg *pg, const char *sql, struct rr_err *err) {
    if (rr_pg_connect(pg, err) != 0)
        return -1;
    PGresult *result = collect(pg, PQsendQuery(pg->conn, sql) == 1, err);
    PQclear(result);
    return result == NULL ? -1 : 0;
}

/* ---- Waiting ---- */

static int tell_all(struct rr_pg *pg, void (*tell)(void *ctx, const char *payload), void *ctx) {
    int told = 0;
    for (PGnotify *notify; (notify = PQnotifies(pg->conn)) != NULL; told = 1) {
        tell(ctx, notify->extra);
        PQfreemem(notify);
    }
    return told;
}

int rr_pg_wait(struct rr_pg *pg, int64_t max_ms, void (*tell)(void *ctx, const char *payload), void *ctx, struct rr_err *err) {
    if (rr_pg_connect(pg, err) != 0)
        return -1;
    int told = tell_all(pg, tell, ctx); /* what came with an answer before */
    if (!await(pg, POLLIN, rr_deadline_in_ms(told ? 0 : max_ms)))
        return told;
    if (PQconsumeInput(pg->conn) == 0)
        return fail_connection(pg, "has been lost", err);
    return tell_all(pg, tell, ctx) || told;
}
