#include "store/layout.h"
#include "store/version.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { temporary_max_age_s = 3600 }; /* no write takes that long: a crash left it */

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

static int sweep_entry(void *ctx, const char *name, const char *path, struct rr_err *err) {
    (void)err;
    const int64_t *now_s = ctx;
    struct stat st;
    if (rr_draft_is_temporary(name) && lstat(path, &st) == 0 && *now_s - st.st_mtim.tv_sec > temporary_max_age_s)
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
        rr_layout_last_success(store, mode, &pruning.named);
        if (rr_store_peek_latest(store, mode, &latest, err) == 0)
            pruning.newest = latest.meta.key;
        rr_document_free(&latest);
        if (rr_layout_visit(store, mode, prune_entry, &pruning, err) != 0)
            return -1;
        *removed += pruning.removed;
    }
    rr_version_sweep(store, RR_VERSION_GRACE_S);
    return 0;
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
    return 0;
}
