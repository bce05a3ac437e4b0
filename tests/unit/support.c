#include "support.h"

#include "crm/db.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
