#include "store/cards.h"
#include "store/remote.h"
#include "store/replica.h"
#include "store/summarize.h"
#include "store/version.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { us_per_s = 1000000 };

struct pruning {
    enum rr_mode mode;
    int64_t now_s, max_age_s;
    struct rr_key named;  /* by the last success, whether or not it is valid; as_of "" where there is none */
    struct rr_key newest; /* what would be fallen back to */
    uint32_t removed;
};

static bool outlived(const struct pruning *pruning, const char *name, int64_t age_s) {
    struct rr_key key;
    if (rr_layout_is_set_aside(name))
        return age_s > pruning->max_age_s;
    return rr_layout_is_report(name, pruning->mode, &key) && age_s > pruning->max_age_s &&
           strcmp(key.as_of, pruning->named.as_of) != 0 && strcmp(key.as_of, pruning->newest.as_of) != 0;
}

static int prune_entry(void *ctx, const char *name, const char *path, struct rr_err *err) {
    (void)err;
    struct pruning *pruning = ctx;
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && outlived(pruning, name, pruning->now_s - st.st_mtim.tv_sec) &&
        unlink(path) == 0)
        pruning->removed++;
    return 0;
}

/* What hosts share goes by the same rule. */
static int retire_old(struct rr_store *store, const struct pruning *pruning, struct rr_err *err) {
    int64_t before_us = (pruning->now_s - pruning->max_age_s) * us_per_s;
    return store->remote == NULL
               ? 0
               : rr_replica_retire_older(store, pruning->mode, before_us, pruning->named.as_of, pruning->newest.as_of, err);
}

static int sweep_entry(void *ctx, const char *name, const char *path, struct rr_err *err) {
    (void)err;
    const int64_t *now_s = ctx;
    struct stat st;
    if (rr_draft_is_temporary(name) && lstat(path, &st) == 0 && *now_s - st.st_mtim.tv_sec > RR_TEMPORARY_MAX_AGE_S)
        unlink(path);
    return 0;
}

int rr_layout_sweep(struct rr_store *store, struct rr_err *err) {
    int64_t now_s = time(NULL);
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++)
        if (rr_layout_visit(store, mode, sweep_entry, &now_s, err) != 0)
            return -1;
    return 0;
}

int rr_store_prune(struct rr_store *store, int64_t max_age_s, uint32_t *removed, struct rr_err *err) {
    *removed = 0;
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        struct pruning pruning = {.mode = mode, .now_s = time(NULL), .max_age_s = max_age_s};
        struct rr_document latest = RR_DOCUMENT_EMPTY;
        if (rr_layout_last_success(store, mode, &pruning.named, err) < 0)
            return -1;
        if (rr_store_peek_latest(store, mode, &latest, err) == 0)
            pruning.newest = latest.meta.key;
        else if (err->code != RR_NOT_FOUND)
            return -1;
        rr_document_free(&latest);
        if (rr_layout_visit(store, mode, prune_entry, &pruning, err) != 0 || retire_old(store, &pruning, err) != 0)
            return -1;
        *removed += pruning.removed;
    }
    *removed += rr_cards_prune(store, max_age_s);
    rr_version_sweep(store, RR_VERSION_GRACE_S);
    return 0;
}

struct dated {
    int64_t written_ns;
    char as_of[sizeof "0000-00-00"];
};

struct trimming {
    enum rr_mode mode;
    struct rr_key named; /* by the last success */
    struct dated *reports;
    uint32_t count, capacity;
};

static bool add_dated(struct trimming *trimming, const struct dated *report) {
    if (trimming->count == trimming->capacity) {
        uint32_t capacity = trimming->capacity == 0 ? 64 : trimming->capacity * 2;
        struct dated *reports = realloc(trimming->reports, capacity * sizeof *reports);
        if (reports == NULL)
            return false;
        trimming->reports = reports;
        trimming->capacity = capacity;
    }
    trimming->reports[trimming->count++] = *report;
    return true;
}

/* Adds the reports of another day than their own. */
static int trim_entry(void *ctx, const char *name, const char *path, struct rr_err *err) {
    struct trimming *trimming = ctx;
    struct rr_key key;
    struct stat st;
    char written_on[RR_DATE_SIZE];
    if (!rr_layout_is_report(name, trimming->mode, &key) || strcmp(key.as_of, trimming->named.as_of) == 0 ||
        lstat(path, &st) != 0)
        return 0;
    rr_clock_date(st.st_mtim.tv_sec, written_on);
    if (strcmp(key.as_of, written_on) == 0)
        return 0;
    struct dated report = {.written_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec};
    memcpy(report.as_of, key.as_of, sizeof report.as_of);
    return add_dated(trimming, &report) ? 0 : rr_fail_memory(err);
}

static int newest_first(const void *a, const void *b) {
    const struct dated *one = a, *other = b;
    return one->written_ns > other->written_ns ? -1 : one->written_ns < other->written_ns;
}

int rr_store_trim(struct rr_store *store, enum rr_mode mode, uint32_t max_count, struct rr_err *err) {
    struct trimming trimming = {.mode = mode};
    char path[PATH_MAX];
    if (rr_layout_last_success(store, mode, &trimming.named, err) < 0)
        return -1;
    int rc = rr_layout_visit(store, mode, trim_entry, &trimming, err);
    if (rc == 0 && trimming.count > max_count) {
        qsort(trimming.reports, trimming.count, sizeof *trimming.reports, newest_first);
        for (uint32_t i = max_count; rc == 0 && i < trimming.count; i++) {
            struct rr_key key = {.mode = mode};
            memcpy(key.as_of, trimming.reports[i].as_of, sizeof trimming.reports[i].as_of);
            rr_layout_report(store, &key, path);
            unlink(path);
            rc = store->remote == NULL ? 0 : store->remote->retire(store->remote, &key, err);
        }
    }
    free(trimming.reports);
    return rc;
}

struct verification {
    struct rr_store *store;
    enum rr_mode mode;
    void (*tell)(void *ctx, const char *path, const char *problem);
    void *ctx;
};

static int verify_entry(void *ctx, const char *name, const char *path, struct rr_err *err) {
    (void)path;
    const struct verification *verification = ctx;
    struct rr_document document = RR_DOCUMENT_EMPTY;
    struct rr_key key;
    if (!rr_layout_is_report(name, verification->mode, &key))
        return 0;
    char display[RR_REPORT_PATH_SIZE];
    rr_store_display_path(&key, display);
    int rc = rr_store_find(verification->store, &key, &document, err);
    verification->tell(verification->ctx, display, rc == 0 ? NULL : err->message);
    if (rc == 0 && rr_summary_is_wrong(verification->store, &document)) {
        rr_summary_display(&key, display);
        verification->tell(verification->ctx, display, "it does not say what its report says; remove it, and it is made anew");
    }
    rr_document_free(&document);
    return 0;
}

static void verify_status(const struct verification *verification, struct rr_err *err) {
    struct rr_status status;
    int rc = rr_layout_load_status(verification->store, verification->mode, &status, err);
    rr_status_free(&status);
    char display[RR_REPORT_PATH_SIZE];
    rr_layout_display_status(verification->mode, display);
    if (rc == 0 || err->code != RR_NOT_FOUND)
        verification->tell(verification->ctx, display, rc == 0 ? NULL : err->message);
}

int rr_store_verify(struct rr_store *store, void (*tell)(void *ctx, const char *path, const char *problem), void *ctx,
                    struct rr_err *err) {
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        struct verification verification = {store, mode, tell, ctx};
        if (rr_layout_visit(store, mode, verify_entry, &verification, err) != 0)
            return -1;
        verify_status(&verification, err);
    }
    rr_cards_verify(store, tell, ctx);
    return 0;
}
