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
#include "base/json.h"
#include "base/text.h"
#include "service/service.h"

#include <sys/types.h>

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

/* Rows of a CRM: follow each with `(...), (...);`. A deal's are id, person, organisation, status, format, amount, start
 * and possibility. */
#define TEST_ORGANIZATIONS "INSERT INTO organization VALUES "
#define TEST_PEOPLE        "INSERT INTO people (\"id\", \"소속 상위 조직\") VALUES "
#define TEST_DEALS                                                                                                                         \
    "INSERT INTO deal (\"id\", \"peopleId\", \"organizationId\", \"상태\", \"과정포맷\", \"금액\", \"수강시작일\", \"성사 " \
    "가능성\")"                                                                                                                         \
    " VALUES "

/* Makes a CRM database, an hour old, of the schema above and these rows. */
void test_make_crm(const char *path, const char *rows);

/* The report of such a CRM, malloc'ed. target_year 0: the year of as_of. */
char *test_report_of_crm(const char *rows, enum rr_mode mode, const char *as_of, int target_year);

/* JSON: the tree of text, which must be valid; what stands at a path (`meta.as_of`, `counterparties.0.tier`), which must
 * be there; the names of an object's members, `a,b,c`, in a static buffer. */
cJSON *test_json(const char *text);
const cJSON *test_at(const cJSON *root, const char *path);
const char *test_text_at(const cJSON *root, const char *path);
double test_number_at(const cJSON *root, const char *path);
const char *test_names(const cJSON *object);

/* A service over a CRM database of two counterparties and an empty cache, in a new folder. Requests have one second;
 * the clock stands still. */
struct test_bench {
    const char *folder;
    char db_path[64], cache_dir[64], work_dir[64];
    struct rr_conf conf;
    struct rr_clock clock;
    struct rr_service service;
};

void test_bench_open(struct test_bench *bench);
void test_bench_close(struct test_bench *bench);
void test_bench_advance(struct test_bench *bench, int64_t by_s); /* its clock */

/* The same as a test's setup and teardown: *state is the bench. */
int test_bench_setup(void **state);
int test_bench_teardown(void **state);

struct rr_key test_key(enum rr_mode mode, const char *as_of);

/* Publishes a short valid report of that key, with job_run_id to tell it by. */
void test_publish(struct rr_store *store, const struct rr_key *key, const char *job_run_id);

/* Publishes text as the report of that key. */
void test_publish_text(struct rr_store *store, const struct rr_key *key, const char *text);

/* The text of a report of that date with these rows (JSON, with commas between), in a static buffer. Its summary tells the sums
 * target and coverage, all in the first tier group. */
const char *test_report_text(const struct rr_key *key, double target, double coverage, const char *rows);

/* A row, as JSON. */
#define TEST_ROW(org, counterparty, level, target, coverage, gap, pipeline_zero)                                                 \
    "{\"orgId\":\"" org "\",\"orgName\":\"(주)" org "\",\"counterpartyName\":\"" counterparty                                    \
    "\",\"tier\":\"S0\",\"target\":" #target ",\"coverage\":" #coverage ",\"gap\":" #gap ",\"pipeline_zero\":" #pipeline_zero    \
    ",\"risk_level_rule\":\"" level "\"}"

/* Another process that holds the cache's lock until test_let_go. */
pid_t test_hold_lock(const char *cache_dir);
void test_let_go(pid_t holder);

/* Runs act in a child, up to where it writes a byte to `ready`; the child, which the caller waits for. */
pid_t test_start(void (*act)(int ready));

/* Runs act(ctx) in a child that has not root's rights; the lowest 8 bits of what it returns. */
int test_unprivileged(int (*act)(void *ctx), void *ctx);

/* Lets this process make no file longer than so many bytes, as if the disk were full; 0 lifts that. */
void test_limit_files(size_t max_bytes);

/* As assert_int_equal, and says which case of a table failed. */
#define assert_case(name, have, want)                                                                                            \
    do {                                                                                                                         \
        intmax_t have_ = (have), want_ = (want);                                                                                 \
        if (have_ != want_)                                                                                                      \
            fail_msg("\"%s\": %jd, not %jd", (name), have_, want_);                                                              \
    } while (0)

#define assert_ok(call)          assert_int_equal((call), 0)
#define assert_fails(call, want) (assert_int_equal((call), -1), assert_string_equal(rr_code_name(err.code), rr_code_name(want)))
#define assert_text(slice, want) assert_true(rr_slice_equal((slice), rr_slice_of(want)))

#endif
