#include "crm/check.h"

#include "crm/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char magic[] = "SQLite format 3"; /* the NUL belongs to it */

int rr_crm_check_readable(const char *db_path, struct rr_err *err) {
    char head[sizeof magic];
    int fd = open(db_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, RR_DB_NOT_FOUND, "the CRM database cannot be opened: %s", strerror(errno));
    ssize_t got = read(fd, head, sizeof head);
    close(fd);
    if (got == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0)
        return 0;
    return rr_fail(err, RR_DB_INVALID, "the CRM database is not a SQLite database");
}

/* Opening a table's rows looks for its columns. A CRM may have no memos. */
static int check_tables(struct rr_db *db, struct rr_err *err) {
    const struct rr_crm_table *const tables[] = {&rr_organization_table, &rr_person_table, &rr_deal_table, &rr_memo_table};
    int has_memos = rr_db_has_table(db, rr_memo_table.name, err);
    size_t count = sizeof tables / sizeof tables[0] - (has_memos == 0);
    int rc = has_memos < 0 ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct rr_rows *rows = NULL;
        rc = rr_rows_open(&rows, db, tables[i], err);
        rr_rows_close(&rows);
    }
    return rc;
}

static int check_pages(struct rr_db *db, struct rr_err *err) {
    struct rr_stmt *stmt = NULL;
    int row = rr_db_prepare(&stmt, db, "PRAGMA quick_check(1)", err) == 0 ? rr_stmt_step(stmt, err) : -1;
    struct rr_slice found = row == 1 ? rr_stmt_text(stmt, 0) : (struct rr_slice){NULL, 0};
    int rc = row < 0 ? -1 : 0;
    if (rc == 0 && !rr_slice_equal(found, rr_slice_of("ok")))
        rc = rr_fail(err, RR_DB_INVALID, "the database is corrupt: %.*s", (int)(found.len < 200 ? found.len : 200), found.ptr);
    rr_stmt_close(&stmt);
    return rc;
}

int rr_crm_check(const char *db_path, struct rr_deadline deadline, struct rr_err *err) {
    struct rr_db *db = NULL;
    int rc = rr_db_open_read(&db, db_path, false, deadline, err);
    if (rc == 0)
        rc = check_tables(db, err) == 0 ? check_pages(db, err) : -1;
    rr_db_close(&db);
    return rc;
}
