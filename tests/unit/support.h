#ifndef RR_TESTS_SUPPORT_H
#define RR_TESTS_SUPPORT_H

/* What every unit test starts with: cmocka in the order that it wants, and a folder to work in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

/* A new empty folder, removed at exit. */
const char *test_folder(void);

/* folder/name, in one of a few static buffers that take turns. */
const char *test_path(const char *folder, const char *name);

void test_write_file(const char *path, const char *text);
char *test_read_file(const char *path);             /* malloc'ed; NULL where there is none */
void test_set_age(const char *path, int64_t age_s); /* its mtime, so long before now */
int test_count_files(const char *folder);           /* entries but . and .. */

/* Makes a SQLite database from SQL. */
void test_make_db(const char *path, const char *sql);

/* The CRM's tables, empty, with the columns that are needed and the optional ones. */
extern const char test_crm_schema[];

/* A clock that stands still. */
struct rr_clock test_clock(int64_t unix_s);

#define assert_ok(call)          assert_int_equal((call), 0)
#define assert_fails(call, want) (assert_int_equal((call), -1), assert_string_equal(rr_code_name(err.code), rr_code_name(want)))
#define assert_text(slice, want) assert_true(rr_slice_equal((slice), rr_slice_of(want)))

#endif
