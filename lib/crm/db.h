#ifndef RR_CRM_DB_H
#define RR_CRM_DB_H

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* SQLite, behind a few small calls; only db.c includes sqlite3.h.
 *
 *     rr_db_open_read(&db, path, ...)        one connection per generation, never across fork
 *     rr_db_prepare(&stmt, db, "SELECT ...")
 *     while ((row = rr_stmt_step(stmt, err)) == 1) rr_stmt_text(stmt, 0) ...
 *     rr_stmt_close(&stmt);                  idempotent, as is rr_db_close
 *
 * Errors come as RR_DB_UNSTABLE (a writer is at work), RR_DB_INVALID or RR_PIPELINE_FAILED (memory, deadline). */
struct rr_db;
struct rr_stmt;
struct rr_row;

/* Opens an existing database for reading, one that may have been made to do harm: no code of its schema runs, and no text, page
 * cache or loop of its pages goes beyond what a sound database of its size needs. Statements fail once deadline has passed; a
 * locked database is waited for a moment, never beyond it. immutable: nobody else writes this file (a copy of ours). */
int rr_db_open_read(struct rr_db **db, const char *path, bool immutable, struct rr_deadline deadline, struct rr_err *err);

/* Creates an empty database; fails where path exists. */
int rr_db_create(struct rr_db **db, const char *path, struct rr_err *err);

void rr_db_close(struct rr_db **db);

/* Runs statements that give no rows. */
int rr_db_exec(struct rr_db *db, const char *sql, struct rr_err *err);

/* Copies all of one state of db into a new file. */
int rr_db_copy(struct rr_db *db, const char *to_path, struct rr_err *err);

/* Is name a table of the database, with rows of its own (no view, no virtual table)? 1, 0, or -1 with err. */
int rr_db_has_table(struct rr_db *db, const char *table, struct rr_err *err);
/* Has the table a column of that name? 1, 0, or -1 with err. */
int rr_db_has_column(struct rr_db *db, const char *table, const char *column, struct rr_err *err);

int rr_db_prepare(struct rr_stmt **out, struct rr_db *db, const char *sql, struct rr_err *err);

/* Binds text to parameter index (from 1); the bytes must stay until the next step has returned. */
int rr_stmt_bind(struct rr_stmt *stmt, int index, struct rr_slice text, struct rr_err *err);

int rr_stmt_bind_whole(struct rr_stmt *stmt, int index, int64_t number, struct rr_err *err);

/* 1: a row; 0: done, and ready to run again with new bindings; -1: err. */
int rr_stmt_step(struct rr_stmt *stmt, struct rr_err *err);

/* Runs "SELECT rr_give(a, b, ...) FROM ..." to its end, on a database that was opened for reading: take is given every row, and
 * may end it by -1 with err. A row is there while take runs, which runs nothing else on this database. The statement is ready to
 * run again afterwards. Tables are read so: it takes up to a quarter less time than to step from row to row and ask for each
 * value. */
typedef int rr_row_taker(void *ctx, const struct rr_row *row, struct rr_err *err);
int rr_stmt_give(struct rr_stmt *stmt, rr_row_taker *take, void *ctx, struct rr_err *err);

/* The value at index (from 0) as rr_stmt_text and rr_stmt_whole give it. Where memory runs out for it, rr_stmt_give fails. */
struct rr_slice rr_row_text(const struct rr_row *row, int index);
int64_t rr_row_whole(const struct rr_row *row, int index);

/* Ready to run again, before it is done. */
void rr_stmt_rewind(struct rr_stmt *stmt);

/* Column index (from 0) of the row as text, NULL for NULL. Borrowed until the next step, which fails where memory ran out
 * for this. */
struct rr_slice rr_stmt_text(struct rr_stmt *stmt, int index);

/* The same as a number; 0 for what is none. */
int64_t rr_stmt_whole(struct rr_stmt *stmt, int index);

void rr_stmt_close(struct rr_stmt **stmt);

#endif
