#ifndef RR_CRM_CHECK_H
#define RR_CRM_CHECK_H

#include "base/clock.h"
#include "base/err.h"

/* Is there a file that can be read, and that begins as a SQLite database does? One small read. RR_DB_NOT_FOUND or RR_DB_INVALID.
 */
int rr_crm_check_readable(const char *db_path, struct rr_err *err);

/* Has it all tables and columns that a report needs, and are its pages sound (PRAGMA quick_check)? Reads the whole file. Errors
 * as in crm/db.h; RR_DB_INVALID says what is missing or broken. */
int rr_crm_check(const char *db_path, struct rr_deadline deadline, struct rr_err *err);

#endif
