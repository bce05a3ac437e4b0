#include "support.h"

#include "crm/db.h"
#include "report/generate.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { folders_max = 256, paths_max = 8 };

static char *folders[folders_max];
static size_t folder_count;

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where) {
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_folders(void) {
    while (folder_count > 0) {
        nftw(folders[--folder_count], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        free(folders[folder_count]);
    }
}

const char *test_folder(void) {
    char path[] = "/tmp/riskreport-test-XXXXXX";
    assert_non_null(mkdtemp(path));
    assert_true(folder_count < folders_max);
    if (folder_count == 0)
        atexit(remove_folders);
    folders[folder_count] = strdup(path);
    return folders[folder_count++];
}

const char *test_path(const char *folder, const char *name) {
    static char paths[paths_max][PATH_MAX];
    static size_t turn;
    char *path = paths[turn++ % paths_max];
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

void test_write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

char *test_read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t len = getdelim(&text, &capacity, '\0', file);
    if (len < 0 && text != NULL)
        text[0] = '\0';
    fclose(file);
    return text;
}

void test_set_age(const char *path, int64_t age_s) {
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age_s;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

int test_count_files(const char *folder) {
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

void test_make_db(const char *path, const char *sql) {
    struct rr_db *db = NULL;
    struct rr_err err;
    assert_ok(rr_db_create(&db, path, &err));
    assert_ok(rr_db_exec(db, sql, &err));
    rr_db_close(&db);
}

const char test_crm_schema[] =
    "CREATE TABLE deal (\"id\" TEXT, \"peopleId\" TEXT, \"organizationId\" TEXT, \"이름\" TEXT, \"상태\" TEXT, \"과정포맷\" TEXT,"
    " \"금액\" TEXT, \"예상 체결액\" TEXT, \"계약 체결일\" TEXT, \"수주 예정일\" TEXT, \"수강시작일\" TEXT, \"수강종료일\" TEXT,"
    " \"성사 가능성\" TEXT, \"코스 ID\" TEXT, \"최근 연락일\" TEXT);"
    "CREATE TABLE people (\"id\" TEXT, \"organizationId\" TEXT, \"소속 상위 조직\" TEXT);"
    "CREATE TABLE organization (\"id\" TEXT, \"이름\" TEXT);";

static int64_t read_fixed(const struct rr_clock *clock) {
    return clock->fixed_ns;
}

struct rr_clock test_clock(int64_t unix_s) {
    return (struct rr_clock){read_fixed, unix_s * 1000000000};
}

void test_make_crm(const char *path, const char *rows) {
    char *sql = NULL;
    /* One transaction, and nothing waits for the disk: tests make many. */
    assert_true(asprintf(&sql, "PRAGMA synchronous = OFF; BEGIN; %s%s; COMMIT", test_crm_schema, rows) > 0);
    test_make_db(path, sql);
    test_set_age(path, 3600);
    free(sql);
}

static int write_to_buffer(void *ctx, const char *bytes, size_t len, struct rr_err *err) {
    (void)err;
    rr_buf_add(ctx, bytes, len);
    return 0;
}

char *test_report_of_crm(const char *rows, enum rr_mode mode, const char *as_of, int target_year) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/crm.db", test_folder());
    test_make_crm(path, rows);
    const struct rr_order order = {
        .source = {.db_path = path, .deadline = RR_NO_DEADLINE, .clock = &rr_clock_system},
        .as_of = rr_day_parse(rr_slice_of(as_of)),
        .target_year = target_year,
    };
    const struct rr_run_stamp stamp = {"run-1", 1768777200}; /* 2026-01-18T23:00:00Z */
    struct rr_buf text = RR_BUF_INIT(64 * 1024 * 1024);
    const struct rr_sink sink = {write_to_buffer, &text};
    struct rr_generation generation;
    struct rr_err err;
    assert_ok(rr_generation_read(&generation, &order, &err));
    assert_ok(rr_generation_write(&generation, mode, &stamp, NULL, &sink, &err));
    rr_generation_free(&generation);
    assert_false(text.failed);
    return text.ptr;
}

cJSON *test_json(const char *text) {
    cJSON *tree = cJSON_ParseWithOpts(text, NULL, true);
    if (tree == NULL)
        fail_msg("this is no JSON: %.200s", text);
    return tree;
}

const cJSON *test_at(const cJSON *root, const char *path) {
    const cJSON *item = root;
    for (const char *at = path; item != NULL && *at != '\0';) {
        char name[64];
        size_t len = strcspn(at, ".");
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        item = cJSON_IsArray(item) ? cJSON_GetArrayItem(item, atoi(name)) : cJSON_GetObjectItemCaseSensitive(item, name);
        at += len + (at[len] == '.');
    }
    if (item == NULL)
        fail_msg("there is no %s", path);
    return item;
}

const char *test_text_at(const cJSON *root, const char *path) {
    const cJSON *item = test_at(root, path);
    if (!cJSON_IsString(item))
        fail_msg("%s is no text", path);
    return item->valuestring;
}

double test_number_at(const cJSON *root, const char *path) {
    const cJSON *item = test_at(root, path);
    if (!cJSON_IsNumber(item))
        fail_msg("%s is no number", path);
    return item->valuedouble;
}

const char *test_names(const cJSON *object) {
    static char names[1024];
    size_t len = 0;
    names[0] = '\0';
    for (const cJSON *member = object->child; member != NULL && len < sizeof names; member = member->next)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? "," : "", member->string);
    return names;
}

/* 교육팀 offline: baseline 100,000,000 (P1), target 170,000,000, confirmed 20,000,000. Online: baseline 10,000,000, expected
 * 5,000,000. */
static const char bench_rows[] = TEST_ORGANIZATIONS "('o1', '가나상사');" TEST_PEOPLE "('p1', '교육팀');" TEST_DEALS
                                                    "('d1', 'p1', 'o1', 'Won', '출강', '100000000', '2025-03-02', NULL), ('d2', "
                                                    "'p1', 'o1', 'Won', '출강', '20000000', '2026-03-02', NULL),"
                                                    "('d3', 'p1', 'o1', 'Won', '포팅', '10000000', '2025-03-02', NULL), ('d4', "
                                                    "'p1', 'o1', 'SQL', '포팅', '5000000', '2026-03-02', '높음');";

void test_bench_open(struct test_bench *bench) {
    *bench = (struct test_bench){.folder = test_folder(), .clock = test_clock(time(NULL))};
    snprintf(bench->db_path, sizeof bench->db_path, "%s/crm.db", bench->folder);
    snprintf(bench->cache_dir, sizeof bench->cache_dir, "%s/cache", bench->folder);
    snprintf(bench->work_dir, sizeof bench->work_dir, "%s/work", bench->folder);
    test_make_crm(bench->db_path, bench_rows);
    bench->conf = (struct rr_conf){
        .db_path = bench->db_path,
        .cache_dir = bench->cache_dir,
        .work_dir = bench->work_dir,
        .zone = "Asia/Seoul",
        .modes = {{RR_OFFLINE, RR_ONLINE}, RR_MODE_COUNT},
        .stable_window_s = 180,
        .request_deadline_s = 1,
        .retry_after_fail_s = 30,
        .cache_retention_days = 14,
        .cache_max_reports = 200,
        .recompute_token_file = "",
        .cors_allow_origin = "",
    };
    struct rr_err err;
    assert_true(rr_clock_set_zone(bench->conf.zone));
    bench->service = (struct rr_service){.conf = &bench->conf, .clock = &bench->clock};
    assert_ok(rr_store_open(&bench->service.store, bench->cache_dir, &err));
}

void test_bench_close(struct test_bench *bench) {
    rr_service_forget(&bench->service);
    rr_store_close(&bench->service.store);
}

int test_bench_setup(void **state) {
    struct test_bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    test_bench_open(bench);
    *state = bench;
    return 0;
}

int test_bench_teardown(void **state) {
    test_bench_close(*state);
    free(*state);
    return 0;
}

void test_bench_advance(struct test_bench *bench, int64_t by_s) {
    bench->clock.fixed_ns += by_s * 1000000000;
}

struct rr_key test_key(enum rr_mode mode, const char *as_of) {
    struct rr_key key = {.mode = mode};
    snprintf(key.as_of, sizeof key.as_of, "%s", as_of);
    return key;
}

void test_publish_text(struct rr_store *store, const struct rr_key *key, const char *text) {
    struct rr_sink sink;
    struct rr_err err;
    assert_ok(rr_store_begin(store, key, &sink, &err));
    assert_ok(sink.write(sink.ctx, text, strlen(text), &err));
    assert_ok(rr_store_seal(store, 1, &err));
    assert_ok(rr_store_publish(store, NULL, &err));
}

void test_publish(struct rr_store *store, const struct rr_key *key, const char *job_run_id) {
    char text[300];
    snprintf(text, sizeof text, "{\"meta\":{\"as_of\":\"%s\",\"mode\":\"%s\",\"job_run_id\":\"%s\"},\n\"counterparties\":[]}\n",
             key->as_of, rr_mode_name(key->mode), job_run_id);
    test_publish_text(store, key, text);
}

const char *test_report_text(const struct rr_key *key, double target, double coverage, const char *rows) {
    static char text[16 * 1024];
    int len = snprintf(
        text, sizeof text,
        "{\"meta\":{\"as_of\":\"%s\",\"mode\":\"%s\",\"generated_at\":\"2026-01-20T08:00:00+09:00\",\"db_signature\":\"1-2\","
        "\"generator_version\":\"riskreport-1.0\"},\n\"summary\":{\"tier_groups\":{\"S0_P0_P1\":{\"target\":%.0f,"
        "\"coverage\":%.0f},\"P2\":{\"target\":0,\"coverage\":0}},\"counts\":{\"severe\":1,\"normal\":2,\"good\":3,"
        "\"pipeline_zero\":4}},\n\"counterparties\":[\n%s\n]}\n",
        key->as_of, rr_mode_name(key->mode), target, coverage, rows);
    assert_true(len > 0 && len < (int)sizeof text);
    return text;
}

pid_t test_hold_lock(const char *cache_dir) {
    int held[2];
    assert_int_equal(pipe(held), 0);
    pid_t holder = fork();
    assert_true(holder >= 0);
    if (holder == 0) {
        struct rr_store *store = NULL;
        struct rr_err err;
        bool locked = rr_store_open(&store, cache_dir, &err) == 0 && rr_store_lock(store, &err) == 0;
        if (write(held[1], locked ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    char locked = 'n';
    assert_int_equal(read(held[0], &locked, 1), 1);
    assert_int_equal(locked, 'y');
    close(held[0]);
    close(held[1]);
    return holder;
}

void test_let_go(pid_t holder) {
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
}

int test_unprivileged(int (*act)(void *ctx), void *ctx) {
    enum { nobody = 65534 };
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(geteuid() != 0 || (setresgid(nobody, nobody, nobody) == 0 && setresuid(nobody, nobody, nobody) == 0) ? act(ctx)
                                                                                                                   : 99);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void test_limit_files(size_t max_bytes) {
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = max_bytes > 0 ? max_bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

pid_t test_start(void (*act)(int ready)) {
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
        act(ready[1]);
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}
