#include "store/remote.h"

#include "store/layout.h"
#include "store/pg.h"
#include "store/pg_schema.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What hosts share, in PostgreSQL (pg_schema.h). The lock is an advisory lock of the session, and every change is one statement,
 * so one transaction, on that very session, which looks first whether it has the lock still: a session that the server has given
 * up, or that is another than it was, changes nothing. */

struct postgres {
    struct rr_remote remote;
    struct rr_pg *session;
    struct rr_pg *claim; /* a transaction that keeps a request from others while it is answered */
    struct rr_key taken;
};

#define HELD                                                                                                                     \
    "WITH held AS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"                    \
    "  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"                                          \
    "  AND classid = 1919054 AND objid = 1 AND objsubid = 2) "

static const char take_lock[] = "SELECT pg_try_advisory_lock(1919054, 1)::text";

static const char publish_report[] =
    HELD ", report AS (INSERT INTO riskreport.reports (mode, as_of, revision, published_us, etag, job_run_id, generated_at,"
         "  db_signature, generator_version, body)"
         " SELECT $1, $2, nextval('riskreport.revision'), $3::bigint, $4, $5, $6, $7, $8, $9::bytea FROM held"
         " ON CONFLICT (mode, as_of) DO UPDATE SET revision = excluded.revision, published_us = excluded.published_us,"
         "  etag = excluded.etag, job_run_id = excluded.job_run_id, generated_at = excluded.generated_at,"
         "  db_signature = excluded.db_signature, generator_version = excluded.generator_version, body = excluded.body,"
         "  retired_at = NULL"
         " RETURNING revision),"
         " status AS (INSERT INTO riskreport.status (mode, document) SELECT $1, $10 FROM held WHERE $10::text IS NOT NULL"
         " ON CONFLICT (mode) DO UPDATE SET document = excluded.document)"
         " SELECT revision::text, pg_notify('riskreport', 'changed')::text FROM report";

static const char publish_status[] = HELD ", status AS (INSERT INTO riskreport.status (mode, document) SELECT $1, $2 FROM held"
                                          " ON CONFLICT (mode) DO UPDATE SET document = excluded.document RETURNING mode)"
                                          " SELECT '0', pg_notify('riskreport', 'changed')::text FROM status";

/* The row stays for a while, so that hosts that are away now learn of it. */
static const char retire_report[] =
    HELD ", forgotten AS (DELETE FROM riskreport.reports WHERE retired_at < now() - interval '90 days'),"
         " report AS (UPDATE riskreport.reports SET body = NULL, retired_at = now(), revision = nextval('riskreport.revision')"
         " WHERE mode = $1 AND as_of = $2 AND body IS NOT NULL AND EXISTS (SELECT 1 FROM held) RETURNING revision)"
         " SELECT (SELECT count(*) FROM held)::text, pg_notify('riskreport', 'changed')::text"
         " FROM (SELECT count(*) FROM report) AS done";

#define ROW "SELECT mode, as_of, revision::text, published_us::text, etag, (body IS NULL)::text"

static const char changed_rows[] = ROW " FROM riskreport.reports WHERE revision > $1::bigint ORDER BY revision LIMIT $2::integer";

static const char older_rows[] = ROW " FROM riskreport.reports WHERE mode = $1 AND published_us < $2::bigint AND body IS NOT NULL"
                                     " ORDER BY published_us LIMIT $3::integer";

static const char one_report[] = ROW ", body FROM riskreport.reports WHERE mode = $1 AND as_of = $2 AND body IS NOT NULL";

static const char one_status[] = "SELECT document FROM riskreport.status WHERE mode = $1";

/* A request that is being answered is locked, and one that nobody has answered in a minute is nobody's any more. */
static const char forget_requests[] =
    "DELETE FROM riskreport.requests WHERE (mode, as_of) IN (SELECT mode, as_of FROM riskreport.requests"
    " WHERE asked_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)";
static const char add_request[] = "INSERT INTO riskreport.requests (mode, as_of, asked_by) VALUES ($1, $2, $3)"
                                  " ON CONFLICT DO NOTHING";
static const char tell_request[] = "SELECT pg_notify('riskreport', 'asked')::text";
static const char take_request[] = "SELECT mode, as_of FROM riskreport.requests WHERE asked_at > now() - interval '1 minute'"
                                   " ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED";
static const char delete_request[] = "DELETE FROM riskreport.requests WHERE mode = $1 AND as_of = $2";

enum { number_size = 24 };

/* ---- Values ---- */

static struct rr_pg_param text(const char *value) {
    return (struct rr_pg_param){rr_slice_of(value), false};
}

static struct rr_pg_param number(int64_t value, char out[number_size]) {
    snprintf(out, number_size, "%" PRId64, value);
    return text(out);
}

/* False for what is no key of ours: its date becomes part of a file's name. */
static bool read_key(const struct rr_pg_rows *rows, int at, struct rr_key *key) {
    struct rr_slice as_of = rr_pg_value(rows, at, 1);
    key->mode = rr_mode_parse(rr_pg_value(rows, at, 0));
    snprintf(key->as_of, sizeof key->as_of, "%s", as_of.ptr == NULL ? "" : as_of.ptr);
    return key->mode != RR_MODE_COUNT && rr_layout_is_date(key->as_of);
}

static bool read_row(const struct rr_pg_rows *rows, int at, struct rr_remote_row *row) {
    *row = (struct rr_remote_row){
        .revision = strtoll(rr_pg_value(rows, at, 2).ptr, NULL, 10),
        .published_us = strtoll(rr_pg_value(rows, at, 3).ptr, NULL, 10),
        .retired = rr_slice_equal(rr_pg_value(rows, at, 5), rr_slice_of("true")),
    };
    snprintf(row->etag, sizeof row->etag, "%s", rr_pg_value(rows, at, 4).ptr);
    return read_key(rows, at, &row->key);
}

static int read_rows(struct rr_pg_rows *rows, struct rr_remote_row *out) {
    int count = 0;
    for (int i = 0; i < rows->count; i++)
        count += read_row(rows, i, &out[count]);
    return count;
}

/* ---- Session ---- */

static struct postgres *self_of(const struct rr_remote *remote) {
    return (struct postgres *)remote;
}

static int fail_lost_lock(struct postgres *self, struct rr_err *err) {
    rr_pg_disconnect(self->session);
    return rr_fail(err, RR_STORE_UNAVAILABLE, "the lock of the shared store has been lost");
}

static bool is_connected(const struct rr_remote *remote) {
    return rr_pg_is_connected(self_of(remote)->session);
}

static int connect_session(struct rr_remote *remote, struct rr_err *err) {
    struct postgres *self = self_of(remote);
    if (is_connected(remote))
        return 0;
    if (rr_pg_connect(self->session, err) == 0 &&
        rr_pg_schema_recognise(self->session, remote->id, sizeof remote->id, err) == 0 &&
        rr_pg_run_all(self->session, "LISTEN riskreport", err) == 0)
        return 0;
    rr_pg_disconnect(self->session);
    return -1;
}

static int run(struct rr_remote *remote, const char *sql, const struct rr_pg_param *params, int count, struct rr_pg_rows *rows,
               struct rr_err *err) {
    *rows = (struct rr_pg_rows){NULL, 0};
    return connect_session(remote, err) == 0 ? rr_pg_run(self_of(remote)->session, sql, params, count, rows, err) : -1;
}

static void unlock(struct rr_remote *remote) {
    rr_pg_disconnect(self_of(remote)->session); /* idle sessions would only be told of what nobody listens to */
}

static int lock(struct rr_remote *remote, struct rr_err *err) {
    struct rr_pg_rows rows;
    int rc = run(remote, take_lock, NULL, 0, &rows, err);
    if (rc == 0 && !rr_slice_equal(rr_pg_value(&rows, 0, 0), rr_slice_of("true")))
        rc = rr_fail(err, RR_LOCKED, "another host's generation holds the lock");
    rr_pg_rows_free(&rows);
    return rc;
}

/* ---- Changes: on the session that holds the lock, or not at all ---- */

static int run_held(struct rr_remote *remote, const char *sql, const struct rr_pg_param *params, int count, int64_t *answer,
                    struct rr_err *err) {
    struct postgres *self = self_of(remote);
    struct rr_pg_rows rows;
    if (!is_connected(remote))
        return fail_lost_lock(self, err);
    int rc = rr_pg_run(self->session, sql, params, count, &rows, err);
    if (rc == 0 && rows.count != 1)
        rc = fail_lost_lock(self, err);
    if (rc == 0)
        *answer = strtoll(rr_pg_value(&rows, 0, 0).ptr, NULL, 10);
    rr_pg_rows_free(&rows);
    return rc;
}

static int publish(struct rr_remote *remote, const struct rr_publication *publication, int64_t *revision, struct rr_err *err) {
    const struct rr_pg_param mode = text(rr_mode_name(publication->mode)), status = {publication->status, false};
    const struct rr_remote_row *row = publication->row;
    const struct rr_document_meta *meta = publication->meta;
    char published[number_size];
    if (row == NULL)
        return run_held(remote, publish_status, (const struct rr_pg_param[]){mode, status}, 2, revision, err);
    if (publication->gzip.len > INT_MAX)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the report is too long to be shared");
    const struct rr_pg_param params[] = {
        mode,
        text(row->key.as_of),
        number(row->published_us, published),
        text(row->etag),
        text(meta->job_run_id),
        text(meta->generated_at),
        text(meta->db_signature),
        text(meta->generator_version),
        {publication->gzip, true},
        status,
    };
    return run_held(remote, publish_report, params, sizeof params / sizeof params[0], revision, err);
}

static int retire(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err) {
    const struct rr_pg_param params[] = {text(rr_mode_name(key->mode)), text(key->as_of)};
    int64_t held = 0;
    if (run_held(remote, retire_report, params, 2, &held, err) != 0)
        return -1;
    return held == 1 ? 0 : fail_lost_lock(self_of(remote), err);
}

/* ---- Looking ---- */

static int find_rows(struct rr_remote *remote, const char *sql, const struct rr_pg_param *params, int count,
                     struct rr_remote_row *out, struct rr_err *err) {
    struct rr_pg_rows rows;
    int found = run(remote, sql, params, count, &rows, err) == 0 ? read_rows(&rows, out) : -1;
    rr_pg_rows_free(&rows);
    return found;
}

static int changes(struct rr_remote *remote, int64_t revision, struct rr_remote_row *rows, int max, struct rr_err *err) {
    char behind[number_size], limit[number_size];
    const struct rr_pg_param params[] = {number(revision, behind), number(max, limit)};
    return find_rows(remote, changed_rows, params, 2, rows, err);
}

static int older(struct rr_remote *remote, enum rr_mode mode, int64_t before_us, struct rr_remote_row *rows, int max,
                 struct rr_err *err) {
    char before[number_size], limit[number_size];
    const struct rr_pg_param params[] = {text(rr_mode_name(mode)), number(before_us, before), number(max, limit)};
    return find_rows(remote, older_rows, params, 3, rows, err);
}

/* Appends a column of the one row, if there is one, to out: 1, 0 or -1. */
static int take_value(struct rr_pg_rows *rows, int column, struct rr_buf *out, struct rr_err *err) {
    if (rows->count != 1)
        return 0;
    struct rr_slice value = rr_pg_value(rows, 0, column);
    rr_buf_add(out, value.ptr, value.len);
    return out->failed ? rr_fail_memory(err) : 1;
}

static int fetch(struct rr_remote *remote, const struct rr_key *key, struct rr_remote_row *row, struct rr_buf *gzip,
                 struct rr_err *err) {
    const struct rr_pg_param params[] = {text(rr_mode_name(key->mode)), text(key->as_of)};
    struct rr_pg_rows rows;
    int rc = run(remote, one_report, params, 2, &rows, err) == 0 ? take_value(&rows, 6, gzip, err) : -1;
    if (rc == 1 && !read_row(&rows, 0, row))
        rc = 0;
    rr_pg_rows_free(&rows);
    return rc;
}

static int status(struct rr_remote *remote, enum rr_mode mode, struct rr_buf *document, struct rr_err *err) {
    const struct rr_pg_param param = text(rr_mode_name(mode));
    struct rr_pg_rows rows;
    int rc = run(remote, one_status, &param, 1, &rows, err) == 0 ? take_value(&rows, 0, document, err) : -1;
    rr_pg_rows_free(&rows);
    return rc;
}

static void note_event(void *ctx, const char *payload) {
    int *events = ctx;
    *events |= strcmp(payload, "asked") == 0 ? RR_REMOTE_ASKED : RR_REMOTE_CHANGED;
}

static int wait_for_events(struct rr_remote *remote, int64_t max_ms, struct rr_err *err) {
    int events = 0;
    if (connect_session(remote, err) != 0 || rr_pg_wait(self_of(remote)->session, max_ms, note_event, &events, err) < 0)
        return -1;
    return events;
}

/* ---- Requests ---- */

static int ask(struct rr_remote *remote, const struct rr_key *key, struct rr_err *err) {
    char host[64] = "";
    struct rr_pg *session = self_of(remote)->session;
    (void)gethostname(host, sizeof host - 1);
    const struct rr_pg_param params[] = {text(rr_mode_name(key->mode)), text(key->as_of), text(host)};
    return connect_session(remote, err) == 0 && rr_pg_run(session, forget_requests, NULL, 0, NULL, err) == 0 &&
                   rr_pg_run(session, add_request, params, 3, NULL, err) == 0
               ? rr_pg_run(session, tell_request, NULL, 0, NULL, err)
               : -1;
}

static int take(struct rr_remote *remote, struct rr_key *key, struct rr_err *err) {
    struct postgres *self = self_of(remote);
    struct rr_pg_rows rows = {NULL, 0};
    int rc = rr_pg_run_all(self->claim, "BEGIN", err);
    if (rc == 0)
        rc = rr_pg_run(self->claim, take_request, NULL, 0, &rows, err);
    bool found = rc == 0 && rows.count == 1 && read_key(&rows, 0, &self->taken);
    rr_pg_rows_free(&rows);
    if (!found)
        rr_pg_disconnect(self->claim);
    *key = self->taken;
    return rc == 0 ? found : -1;
}

/* Where this fails, somebody may answer it again, and finds the report. */
static void taken(struct rr_remote *remote) {
    struct postgres *self = self_of(remote);
    struct rr_err ignored;
    const struct rr_pg_param params[] = {text(rr_mode_name(self->taken.mode)), text(self->taken.as_of)};
    if (rr_pg_is_connected(self->claim) && rr_pg_run(self->claim, delete_request, params, 2, NULL, &ignored) == 0)
        rr_pg_run_all(self->claim, "COMMIT", &ignored);
    rr_pg_disconnect(self->claim);
}

/* ---- Open and close ---- */

static void close_remote(struct rr_remote **remote) {
    struct postgres *self = self_of(*remote);
    rr_pg_close(&self->session);
    rr_pg_close(&self->claim);
    free(self);
    *remote = NULL;
}

int rr_remote_open(struct rr_remote **out, const char *uri, struct rr_err *err) {
    static const struct rr_remote operations = {
        "",    close_remote, is_connected, connect_session, lock, unlock, publish, retire, changes,
        older, fetch,        status,       wait_for_events, ask,  take,   taken};
    *out = NULL;
    struct postgres *self = calloc(1, sizeof *self);
    if (self == NULL)
        return rr_fail_memory(err);
    self->remote = operations;
    if (rr_pg_open(&self->session, uri, err) == 0 && rr_pg_open(&self->claim, uri, err) == 0) {
        *out = &self->remote;
        return 0;
    }
    struct rr_remote *remote = &self->remote;
    close_remote(&remote);
    return -1;
}
