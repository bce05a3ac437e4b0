#include "store/pg_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* steps[n] makes version n + 1 of version n. One that has been released is never changed: the next change is another step. */
static const char *const steps[] = {
    "CREATE TABLE riskreport.reports ("
    "  mode text NOT NULL CHECK (mode IN ('offline', 'online')),"
    "  as_of text NOT NULL CHECK (as_of ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),"
    "  revision bigint NOT NULL UNIQUE,"
    "  published_us bigint NOT NULL,"
    "  etag text NOT NULL,"
    "  job_run_id text NOT NULL,"
    "  generated_at text NOT NULL,"
    "  db_signature text NOT NULL,"
    "  generator_version text NOT NULL,"
    "  body bytea,"
    "  retired_at timestamptz,"
    "  PRIMARY KEY (mode, as_of));"
    /* it is compressed already */
    "ALTER TABLE riskreport.reports ALTER COLUMN body SET STORAGE EXTERNAL;"
    "CREATE TABLE riskreport.status (mode text PRIMARY KEY CHECK (mode IN ('offline', 'online')), document text NOT NULL);"
    "CREATE SEQUENCE riskreport.revision;",

    "CREATE TABLE riskreport.requests ("
    "  mode text NOT NULL CHECK (mode IN ('offline', 'online')),"
    "  as_of text NOT NULL CHECK (as_of ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),"
    "  asked_at timestamptz NOT NULL DEFAULT now(),"
    "  asked_by text NOT NULL,"
    "  PRIMARY KEY (mode, as_of));",
};

enum { version_now = sizeof steps / sizeof steps[0], report_size = 200 };

static const char look[] = "SELECT store_id::text, version::text FROM riskreport.meta";

/* Two that begin at the same time take turns. */
static const char begin[] = "BEGIN; SELECT pg_advisory_xact_lock(1919054, 2);";

static const char make_meta[] = "CREATE SCHEMA IF NOT EXISTS riskreport;"
                                "CREATE TABLE IF NOT EXISTS riskreport.meta ("
                                "  one boolean PRIMARY KEY DEFAULT true CHECK (one),"
                                "  store_id uuid NOT NULL DEFAULT gen_random_uuid(),"
                                "  version integer NOT NULL DEFAULT 0);"
                                "INSERT INTO riskreport.meta DEFAULT VALUES ON CONFLICT DO NOTHING;";

static int read_version(struct rr_pg *pg, char *id, size_t size, int *version, struct rr_err *err) {
    struct rr_pg_rows rows;
    int rc = rr_pg_run(pg, look, NULL, 0, &rows, err);
    if (rc == 0 && rows.count != 1)
        rc = rr_fail(err, RR_STORE_UNAVAILABLE, "the shared store's tables are not complete (riskreport store init)");
    if (rc == 0) {
        snprintf(id, size, "%s", rr_pg_value(&rows, 0, 0).ptr);
        *version = (int)strtol(rr_pg_value(&rows, 0, 1).ptr, NULL, 10);
    }
    rr_pg_rows_free(&rows);
    return rc;
}

static int check_version(int version, struct rr_err *err) {
    if (version == version_now)
        return 0;
    return rr_fail(err, RR_STORE_UNAVAILABLE, "the shared store's tables are of version %d, and this program's of %d: %s",
                   version, version_now,
                   version < version_now ? "`riskreport store upgrade` brings them up to it" : "use a newer program");
}

int rr_pg_schema_recognise(struct rr_pg *pg, char *id, size_t size, struct rr_err *err) {
    int version;
    return read_version(pg, id, size, &version, err) == 0 ? check_version(version, err) : -1;
}

/* ---- init, upgrade ---- */

static int take_steps(struct rr_pg *pg, int version, struct rr_err *err) {
    for (; version < version_now; version++) {
        char note[80];
        snprintf(note, sizeof note, "UPDATE riskreport.meta SET version = %d", version + 1);
        if (rr_pg_run_all(pg, steps[version], err) != 0 || rr_pg_run_all(pg, note, err) != 0)
            return -1;
    }
    return version > version_now ? check_version(version, err) : rr_pg_run_all(pg, "COMMIT", err);
}

static int make_or_upgrade(struct rr_pg *pg, bool make, char report[report_size], struct rr_err *err) {
    char id[64];
    int version;
    if (rr_pg_run_all(pg, begin, err) != 0 || (make && rr_pg_run_all(pg, make_meta, err) != 0) ||
        read_version(pg, id, sizeof id, &version, err) != 0 || take_steps(pg, version, err) != 0)
        return -1;
    snprintf(report, report_size,
             version == version_now ? "the shared store is there, of version %d: nothing to do"
                                    : "the shared store's tables are now of version %d",
             version_now);
    return 0;
}

/* ---- check ---- */

/* What this user lacks, as `SELECT on meta, ...`; NULL where that is nothing. Of what is not there it says nothing. */
static const char look_at_rights[] =
    "SELECT string_agg(needed || ' on ' || object, ', ' ORDER BY object, needed) FROM (VALUES ('schema riskreport', 'USAGE'),"
    " ('meta', 'SELECT'), ('reports', 'SELECT'), ('reports', 'INSERT'), ('reports', 'UPDATE'), ('reports', 'DELETE'),"
    " ('status', 'SELECT'), ('status', 'INSERT'), ('status', 'UPDATE'),"
    " ('requests', 'SELECT'), ('requests', 'INSERT'), ('requests', 'UPDATE'), ('requests', 'DELETE'),"
    " ('revision', 'USAGE')) AS rights (object, needed)"
    " JOIN pg_namespace AS room ON nspname = 'riskreport' LEFT JOIN pg_class AS thing ON relnamespace = room.oid AND relname = "
    "object"
    " WHERE NOT CASE object WHEN 'schema riskreport' THEN has_schema_privilege(room.oid, needed)"
    " WHEN 'revision' THEN has_sequence_privilege(thing.oid, needed) ELSE has_table_privilege(thing.oid, needed) END";

static int check_rights(struct rr_pg *pg, struct rr_err *err) {
    struct rr_pg_rows rows;
    int rc = rr_pg_run(pg, look_at_rights, NULL, 0, &rows, err);
    struct rr_slice missing = rc == 0 ? rr_pg_value(&rows, 0, 0) : (struct rr_slice){NULL, 0};
    if (missing.ptr != NULL)
        rc = rr_fail(err, RR_STORE_UNAVAILABLE, "this user of the shared store lacks: %s", missing.ptr);
    rr_pg_rows_free(&rows);
    return rc;
}

static int check(struct rr_pg *pg, char report[report_size], struct rr_err *err) {
    char id[64];
    if (check_rights(pg, err) != 0 || rr_pg_schema_recognise(pg, id, sizeof id, err) != 0)
        return -1;
    snprintf(report, report_size, "the shared store %s is there, of version %d, and this user may do what it must", id,
             version_now);
    return 0;
}

int rr_store_schema(const char *uri, enum rr_schema_action action, char report[report_size], struct rr_err *err) {
    struct rr_pg *pg;
    if (rr_pg_open(&pg, uri, err) != 0)
        return -1;
    int rc = action == RR_SCHEMA_CHECK ? check(pg, report, err) : make_or_upgrade(pg, action == RR_SCHEMA_MAKE, report, err);
    rr_pg_close(&pg);
    return rc;
}
