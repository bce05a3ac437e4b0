#include "crm/db.h"

#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct rr_db {
    sqlite3 *handle;
    struct rr_deadline deadline;
    int64_t ops_left;
    bool memory_failed; /* while a text was given out: whoever took it for a NULL is told at the next step */
    struct giving *giving;
};

/* Who takes the rows of the statement that runs. */
struct giving {
    rr_row_taker *take;
    void *ctx;
    struct rr_err *err;
    int rc;
};

struct rr_row {
    sqlite3_value **values;
};

struct rr_stmt {
    sqlite3_stmt *handle;
    struct rr_db *db;
};

enum { busy_wait_max_ms = 2000, progress_ops = 2000, copy_pages = 1024 };

/* Steps of SQLite's machine that reading a sound database may take: some for every byte of it, and a few for its schema. Pages
 * that name each other as what is below them would never end. */
enum { ops_per_byte = 16, ops_min = 20000000 };

/* And its schema, before anything else: ten for each table or index. SQLite's time for it grows with the square of their number.
 */
enum { schema_ops_max = 100000 };

enum { text_max_mib = 16 };

/* What a database of somebody else's may ask of us: far beyond any CRM, far below what would hurt. */
static const struct {
    int id, max;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, text_max_mib * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 1024 * 1024}, /* a CREATE TABLE of a few thousand columns */
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_VDBE_OP, 100000},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static int fail_late(struct rr_err *err) {
    return rr_fail(err, RR_PIPELINE_FAILED, "the generation did not end within the request's deadline");
}

/* The one place where SQLite's codes become ours. The handle's own message never names a path. */
static int fail(struct rr_db *db, struct rr_err *err) {
    int rc = sqlite3_extended_errcode(db->handle);
    if (rc == SQLITE_IOERR_NOMEM)
        return rr_fail_memory(err);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return rr_fail(err, RR_DB_UNSTABLE, "the database is locked by a writer");
    case SQLITE_READONLY:
        if (rc == SQLITE_READONLY_ROLLBACK)
            return rr_fail(err, RR_DB_UNSTABLE, "an interrupted write left a journal that only a writer can recover");
        return rr_fail(
            err, RR_DB_INVALID,
            "the database is in WAL mode, which cannot be read in a folder that cannot be written: publish it by VACUUM INTO");
    case SQLITE_INTERRUPT:
        if (db->ops_left < 0)
            return rr_fail(err, RR_DB_INVALID,
                           "the database cannot be read: its pages lead round in a circle, or it has thousands of tables");
        return fail_late(err);
    case SQLITE_NOMEM:
        return rr_fail_memory(err);
    case SQLITE_TOOBIG:
        return rr_fail(err, RR_DB_INVALID, "the database cannot be read: a text of it is longer than %d MiB", text_max_mib);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        /* in general words: the handle's own would quote the schema */
        return rr_fail(err, RR_DB_INVALID, "the database cannot be read: %s", sqlite3_errstr(rc & 0xff));
    default:
        return rr_fail(err, RR_DB_INVALID, "the database cannot be read: %s (SQLite code %d)", sqlite3_errmsg(db->handle), rc);
    }
}

static int progress(void *opaque) {
    struct rr_db *db = opaque;
    db->ops_left -= progress_ops;
    rr_thread_yield();
    return db->ops_left < 0 || rr_deadline_passed(db->deadline);
}

/* rr_give(...), an aggregate: one row. */
static void give_row(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    const struct rr_db *db = sqlite3_user_data(context);
    struct giving *giving = db->giving;
    const struct rr_row row = {values};
    giving->rc = giving->take(giving->ctx, &row, giving->err);
    if (giving->rc != 0)
        sqlite3_result_error_code(context, SQLITE_ABORT);
}

static void give_no_more(sqlite3_context *context) {
    (void)context;
}

/* No schema may call it. */
static int add_give(struct rr_db *db, struct rr_err *err) {
    int rc =
        sqlite3_create_function(db->handle, "rr_give", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, db, NULL, give_row, give_no_more);
    return rc == SQLITE_OK ? 0 : fail(db, err);
}

static int64_t size_of(const char *path, const char *suffix) {
    char name[PATH_MAX];
    struct stat st;
    bool there = snprintf(name, sizeof name, "%s%s", path, suffix) < (int)sizeof name && stat(name, &st) == 0;
    return there ? st.st_size : 0;
}

static int open_with(struct rr_db **out, const char *path, int flags, struct rr_err *err) {
    struct rr_db *db = calloc(1, sizeof *db);
    if (db == NULL)
        return rr_fail_memory(err);
    db->deadline = RR_NO_DEADLINE;
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        *out = db;
        return 0;
    }
    if (db->handle == NULL)
        rr_err_set_memory(err);
    else
        fail(db, err);
    rr_db_close(&db);
    return -1;
}

/* The file: URI of path: SQLite takes its parameters from there, so the signs that mean something in one are encoded. */
static char *uri_of(const char *path, const char *parameters) {
    sqlite3_str *uri = sqlite3_str_new(NULL);
    sqlite3_str_appendall(uri, path[0] == '/' ? "file://" : "file:"); /* or a path that begins with // would name a host */
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '%' || *c == '?' || *c == '#')
            sqlite3_str_appendf(uri, "%%%02x", *c);
        else
            sqlite3_str_appendchar(uri, 1, *c);
    }
    sqlite3_str_appendall(uri, parameters);
    return sqlite3_str_finish(uri);
}

/* A database of somebody else's: nothing in its schema may run code or lead elsewhere. */
static int make_defensive(struct rr_db *db, struct rr_err *err) {
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(db->handle, limits[i].id, limits[i].max);
    /* cache_size, in KiB: or the file's own header says how much memory its pages may take. Tables are read from end to end, for
     * which a few pages do; for new memory threads wait for one another. */
    return rr_db_exec(db, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -256", err);
}

int rr_db_open_read(struct rr_db **db, const char *path, bool immutable, struct rr_deadline deadline, struct rr_err *err) {
    char *uri = uri_of(path, immutable ? "?mode=ro&immutable=1" : "?mode=ro");
    if (uri == NULL)
        return rr_fail_memory(err);
    int rc = open_with(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    sqlite3_free(uri);
    if (rc != 0)
        return -1;
    int64_t left_ms = rr_deadline_left_ms(deadline);
    (*db)->deadline = deadline;
    (*db)->ops_left = schema_ops_max;
    sqlite3_busy_timeout((*db)->handle, left_ms < busy_wait_max_ms ? (int)left_ms : busy_wait_max_ms);
    sqlite3_progress_handler((*db)->handle, progress_ops, progress, *db);
    if (make_defensive(*db, err) == 0 && add_give(*db, err) == 0 &&
        rr_db_exec(*db, "SELECT 1 FROM sqlite_schema LIMIT 1", err) == 0) {
        (*db)->ops_left = ops_min + (size_of(path, "") + size_of(path, "-wal")) * ops_per_byte;
        return 0;
    }
    rr_db_close(db);
    return -1;
}

int rr_db_create(struct rr_db **db, const char *path, struct rr_err *err) {
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0)
        return rr_fail(err, RR_DB_INVALID, "the database cannot be created: %s",
                       errno == EEXIST ? "the file is there already" : "the folder is missing or may not be written");
    close(fd);
    return open_with(db, path, SQLITE_OPEN_READWRITE, err);
}

void rr_db_close(struct rr_db **db) {
    if (*db == NULL)
        return;
    sqlite3_close((*db)->handle);
    free(*db);
    *db = NULL;
}

int rr_db_exec(struct rr_db *db, const char *sql, struct rr_err *err) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

int rr_db_copy(struct rr_db *db, const char *to_path, struct rr_err *err) {
    struct rr_db *copy = NULL;
    if (rr_db_create(&copy, to_path, err) != 0)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the copy of the database cannot be made in WORK_DIR");
    int rc = -1;
    bool late = false;
    sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main", db->handle, "main");
    if (backup != NULL) {
        while (!late && sqlite3_backup_step(backup, copy_pages) == SQLITE_OK)
            late = rr_deadline_passed(db->deadline);
        rc = sqlite3_backup_finish(backup) == SQLITE_OK && !late ? 0 : -1;
    }
    if (late) {
        fail_late(err);
    } else if (rc != 0) { /* the error stands in the copy's handle, whichever of the two it is about */
        int code = sqlite3_extended_errcode(copy->handle);
        fail(copy, err);
        if ((code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC)
            rr_err_set(err, RR_CACHE_WRITE_FAILED, "the copy of the database cannot be written in WORK_DIR");
    }
    rr_db_close(&copy);
    if (rc != 0)
        unlink(to_path);
    return rc;
}

/* Does a query of one or two text parameters give a row? */
static int gives_row(struct rr_db *db, const char *sql, const char *first, const char *second, struct rr_err *err) {
    struct rr_stmt *stmt = NULL;
    int found = -1;
    if (rr_db_prepare(&stmt, db, sql, err) != 0 || rr_stmt_bind(stmt, 1, rr_slice_of(first), err) != 0)
        goto out;
    if (second != NULL && rr_stmt_bind(stmt, 2, rr_slice_of(second), err) != 0)
        goto out;
    found = rr_stmt_step(stmt, err);
out:
    rr_stmt_close(&stmt);
    return found;
}

int rr_db_has_table(struct rr_db *db, const char *table, struct rr_err *err) {
    return gives_row(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ?1 COLLATE NOCASE", table,
                     NULL, err);
}

int rr_db_has_column(struct rr_db *db, const char *table, const char *column, struct rr_err *err) {
    return gives_row(db, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 COLLATE NOCASE", table, column, err);
}

int rr_db_prepare(struct rr_stmt **out, struct rr_db *db, const char *sql, struct rr_err *err) {
    struct rr_stmt *stmt = calloc(1, sizeof *stmt);
    if (stmt == NULL)
        return rr_fail_memory(err);
    stmt->db = db;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt->handle, NULL) != SQLITE_OK) {
        free(stmt);
        return fail(db, err);
    }
    *out = stmt;
    return 0;
}

int rr_stmt_bind(struct rr_stmt *stmt, int index, struct rr_slice text, struct rr_err *err) {
    int rc = sqlite3_bind_text64(stmt->handle, index, text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
    return rc == SQLITE_OK ? 0 : fail(stmt->db, err);
}

int rr_stmt_bind_whole(struct rr_stmt *stmt, int index, int64_t number, struct rr_err *err) {
    return sqlite3_bind_int64(stmt->handle, index, number) == SQLITE_OK ? 0 : fail(stmt->db, err);
}

int rr_stmt_step(struct rr_stmt *stmt, struct rr_err *err) {
    if (stmt->db->memory_failed)
        return rr_fail_memory(err);
    int rc = sqlite3_step(stmt->handle);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        return fail(stmt->db, err);
    sqlite3_reset(stmt->handle);
    return 0;
}

int rr_stmt_give(struct rr_stmt *stmt, rr_row_taker *take, void *ctx, struct rr_err *err) {
    struct giving giving = {take, ctx, err, 0};
    stmt->db->giving = &giving;
    int rc = sqlite3_step(stmt->handle);
    stmt->db->giving = NULL;
    if (giving.rc == 0 && rc != SQLITE_ROW)
        giving.rc = fail(stmt->db, err);
    sqlite3_reset(stmt->handle);
    return giving.rc;
}

struct rr_slice rr_row_text(const struct rr_row *row, int index) {
    sqlite3_value *value = row->values[index];
    const char *text = (const char *)sqlite3_value_text(value); /* NULL for want of memory, too: then SQLite ends the statement */
    return (struct rr_slice){text, text == NULL ? 0 : (size_t)sqlite3_value_bytes(value)};
}

int64_t rr_row_whole(const struct rr_row *row, int index) {
    return sqlite3_value_int64(row->values[index]);
}

void rr_stmt_rewind(struct rr_stmt *stmt) {
    sqlite3_reset(stmt->handle);
}

struct rr_slice rr_stmt_text(struct rr_stmt *stmt, int index) {
    const char *text = (const char *)sqlite3_column_text(stmt->handle, index);
    if (text == NULL && sqlite3_errcode(stmt->db->handle) == SQLITE_NOMEM)
        stmt->db->memory_failed = true;
    return (struct rr_slice){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt->handle, index)};
}

int64_t rr_stmt_whole(struct rr_stmt *stmt, int index) {
    return sqlite3_column_int64(stmt->handle, index);
}

void rr_stmt_close(struct rr_stmt **stmt) {
    if (*stmt == NULL)
        return;
    sqlite3_finalize((*stmt)->handle);
    free(*stmt);
    *stmt = NULL;
}
