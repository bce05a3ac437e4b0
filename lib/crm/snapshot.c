#include "crm/snapshot.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ns_per_ms = 1000000,
    ns_per_s = 1000000000,
    grain_ms = 50, /* the kernel stamps writes with a clock of some ms: a younger file could change unseen */
};

static const char copy_prefix[] = "salesmap_snapshot_";

int rr_fingerprint_of(const char *path, struct rr_fingerprint *fingerprint, struct rr_err *err) {
    struct stat st;
    if (stat(path, &st) != 0)
        return rr_fail(err, RR_DB_NOT_FOUND, "the CRM database cannot be found: %s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return rr_fail(err, RR_DB_INVALID, "the CRM database is not a regular file");
    *fingerprint = (struct rr_fingerprint){
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = st.st_size,
        .mtime_ns = (int64_t)st.st_mtim.tv_sec * ns_per_s + st.st_mtim.tv_nsec,
    };
    return 0;
}

void rr_fingerprint_signature(const struct rr_fingerprint *fingerprint, char text[RR_SIGNATURE_SIZE]) {
    snprintf(text, RR_SIGNATURE_SIZE, "%lld-%lld", (long long)(fingerprint->mtime_ns / ns_per_s), (long long)fingerprint->size);
}

static int64_t settles_in_ms(const struct rr_fingerprint *fingerprint, const struct rr_source *source) {
    int64_t window_ms = source->stable_window_s * 1000 > grain_ms ? source->stable_window_s * 1000 : grain_ms;
    int64_t age_ms = (rr_clock_now_ns(source->clock) - fingerprint->mtime_ns) / ns_per_ms;
    return age_ms < window_ms ? window_ms - age_ms : 0;
}

int64_t rr_snapshot_settles_in_ms(const struct rr_source *source) {
    struct rr_fingerprint now;
    struct rr_err ignored;
    return rr_fingerprint_of(source->db_path, &now, &ignored) == 0 ? settles_in_ms(&now, source) : 0;
}

/* SQLite opens them where it finds them, and would wait for ever for what somebody writes into a FIFO. */
static int check_journals(const char *db_path, struct rr_err *err) {
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[PATH_MAX];
        struct stat st;
        if (snprintf(path, sizeof path, "%s%s", db_path, suffixes[i]) < (int)sizeof path && stat(path, &st) == 0 &&
            !S_ISREG(st.st_mode))
            return rr_fail(err, RR_DB_INVALID, "what is beside the CRM database under its name and %s is not a regular file",
                           suffixes[i]);
    }
    return 0;
}

/* The transaction begins with the first read: from then on SQLite shows one state. */
static int begin(struct rr_db *db, struct rr_err *err) {
    return rr_db_exec(db, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1", err);
}

/* Reads on from a copy of our own, so that the database is held no longer than copying takes. */
static int move_to_copy(struct rr_snapshot *snapshot, const struct rr_source *source, struct rr_err *err) {
    char now[RR_ISO_SIZE], copy[PATH_MAX];
    rr_clock_iso(rr_clock_now_s(source->clock), now);
    const char *time_of_day = now + sizeof "2026-01-19T" - 1;
    int len = snprintf(copy, sizeof copy, "%s/%s%s_%.2s%.2s%.2s.db", source->copy_dir, copy_prefix, source->copy_date,
                       time_of_day, time_of_day + 3, time_of_day + 6);
    if (len >= (int)sizeof copy)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the name of WORK_DIR is too long");
    if (rr_file_make_dirs(source->copy_dir, err) != 0)
        return -1;
    unlink(copy); /* of an earlier generation within this second, under the same lock */
    if (rr_db_copy(snapshot->db, copy, err) != 0)
        return -1;
    if (rr_snapshot_verify(snapshot, err) != 0) {
        unlink(copy);
        return -1;
    }
    rr_db_close(&snapshot->db);
    snprintf(snapshot->read_path, sizeof snapshot->read_path, "%s", copy);
    if (rr_fingerprint_of(copy, &snapshot->read_fingerprint, err) != 0 ||
        rr_db_open_read(&snapshot->db, copy, true, source->deadline, err) != 0)
        return -1;
    return begin(snapshot->db, err);
}

/* An error while the file was changing under us is the change's fault, not the database's. */
static int fail_open(struct rr_snapshot *snapshot, struct rr_err *err) {
    struct rr_err changed;
    if (rr_snapshot_verify(snapshot, &changed) != 0)
        *err = changed;
    rr_snapshot_close(snapshot);
    return -1;
}

int rr_snapshot_open(struct rr_snapshot *snapshot, const struct rr_source *source, struct rr_err *err) {
    *snapshot = (struct rr_snapshot){0};
    snprintf(snapshot->read_path, sizeof snapshot->read_path, "%s", source->db_path);
    if (rr_fingerprint_of(source->db_path, &snapshot->fingerprint, err) != 0)
        return -1;
    if (access(source->db_path, R_OK) != 0)
        return rr_fail(err, RR_DB_NOT_FOUND, "the CRM database cannot be read: %s", strerror(errno));
    if (check_journals(source->db_path, err) != 0)
        return -1;
    snapshot->read_fingerprint = snapshot->fingerprint;
    int64_t wait_ms = settles_in_ms(&snapshot->fingerprint, source);
    int64_t wait_s = wait_ms / 1000 + 1;
    if (wait_ms > 0)
        return rr_fail(err, RR_DB_UNSTABLE,
                       "the CRM database was changed just now; it can be read when it has rested for %lld s, in %lld s",
                       (long long)source->stable_window_s, (long long)wait_s);
    if (rr_db_open_read(&snapshot->db, source->db_path, false, source->deadline, err) != 0 || begin(snapshot->db, err) != 0 ||
        (source->copy_dir != NULL && move_to_copy(snapshot, source, err) != 0))
        return fail_open(snapshot, err);
    return 0;
}

/* With a rollback journal, who reads holds a lock that no change of the file gets past. */
static bool has_rollback_journal(struct rr_db *db) {
    struct rr_stmt *stmt = NULL;
    struct rr_err ignored;
    bool has = rr_db_prepare(&stmt, db, "PRAGMA journal_mode", &ignored) == 0 && rr_stmt_step(stmt, &ignored) == 1;
    struct rr_slice mode = has ? rr_stmt_text(stmt, 0) : (struct rr_slice){NULL, 0};
    has = rr_slice_equal(mode, rr_slice_of("delete")) || rr_slice_equal(mode, rr_slice_of("truncate")) ||
          rr_slice_equal(mode, rr_slice_of("persist"));
    rr_stmt_close(&stmt);
    return has;
}

bool rr_snapshot_join(struct rr_db **db, const struct rr_snapshot *snapshot, const struct rr_source *source) {
    struct rr_err ignored;
    *db = NULL;
    if (!has_rollback_journal(snapshot->db) ||
        rr_db_open_read(db, snapshot->read_path, source->copy_dir != NULL, source->deadline, &ignored) != 0)
        return false;
    if (rr_db_exec(*db, "PRAGMA busy_timeout = 0", &ignored) == 0 && begin(*db, &ignored) == 0 && has_rollback_journal(*db) &&
        rr_snapshot_verify(snapshot, &ignored) == 0)
        return true;
    rr_db_close(db);
    return false;
}

int rr_snapshot_verify(const struct rr_snapshot *snapshot, struct rr_err *err) {
    const struct rr_fingerprint *then = &snapshot->read_fingerprint;
    struct rr_fingerprint now;
    if (rr_fingerprint_of(snapshot->read_path, &now, err) != 0)
        return -1;
    if (now.device == then->device && now.inode == then->inode && now.size == then->size && now.mtime_ns == then->mtime_ns)
        return 0;
    return rr_fail(err, RR_DB_UNSTABLE, "the CRM database was changed while it was read");
}

void rr_snapshot_close(struct rr_snapshot *snapshot) {
    rr_db_close(&snapshot->db);
}

uint32_t rr_snapshot_prune_copies(const char *copy_dir, int64_t max_age_s) {
    DIR *directory = opendir(copy_dir);
    if (directory == NULL)
        return 0;
    uint32_t removed = 0;
    int64_t now_s = rr_clock_now_s(&rr_clock_system);
    struct stat st;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        bool ours = strncmp(entry->d_name, copy_prefix, sizeof copy_prefix - 1) == 0;
        bool old = ours && fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                   now_s - st.st_mtim.tv_sec > max_age_s;
        if (old && unlinkat(dirfd(directory), entry->d_name, 0) == 0)
            removed++;
    }
    closedir(directory);
    return removed;
}
