#include "store/layout.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ns_per_s = 1000000000 };

static const struct {
    const char *folder; /* below the root, with its slash */
    const char *status;
} modes[RR_MODE_COUNT] = {
    [RR_OFFLINE] = {"", "status.json"},
    [RR_ONLINE] = {"counterparty-risk/online/", "status_online.json"},
};

static const char suffix[] = ".json", set_aside_suffix[] = ".corrupt";

struct rr_file_state rr_file_state_of(const struct stat *st) {
    return (struct rr_file_state){st->st_ino, st->st_size, (int64_t)st->st_mtim.tv_sec * ns_per_s + st->st_mtim.tv_nsec};
}

bool rr_file_state_equal(const struct rr_file_state *a, const struct rr_file_state *b) {
    return a->inode == b->inode && a->size == b->size && a->mtime_ns == b->mtime_ns;
}

void rr_layout_folder(const struct rr_store *store, enum rr_mode mode, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s", store->root, modes[mode].folder);
}

void rr_layout_report(const struct rr_store *store, const struct rr_key *key, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s%s%s", store->root, modes[key->mode].folder, key->as_of, suffix);
}

void rr_layout_status(const struct rr_store *store, enum rr_mode mode, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s", store->root, modes[mode].status);
}

void rr_layout_lock(const struct rr_store *store, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/.counterparty_risk.lock", store->root);
}

void rr_layout_shared(const struct rr_store *store, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/.metrics", store->root);
}

void rr_layout_findings(const struct rr_store *store, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/.memo_findings", store->root);
}

void rr_store_display_path(const struct rr_key *key, char text[RR_REPORT_PATH_SIZE]) {
    snprintf(text, RR_REPORT_PATH_SIZE, "report_cache/%s%s%s", modes[key->mode].folder, key->as_of, suffix);
}

void rr_layout_display_status(enum rr_mode mode, char text[RR_REPORT_PATH_SIZE]) {
    snprintf(text, RR_REPORT_PATH_SIZE, "report_cache/%s", modes[mode].status);
}

bool rr_layout_is_date(const char *text) {
    static const char shape[] = "0000-00-00";
    for (size_t i = 0; i < sizeof shape; i++) {
        bool fits = shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
        if (!fits)
            return false;
    }
    return true;
}

bool rr_layout_is_report(const char *name, enum rr_mode mode, struct rr_key *key) {
    size_t len = strlen(name);
    size_t date_len = sizeof "0000-00-00" - 1;
    if (len != date_len + sizeof suffix - 1 || strcmp(name + date_len, suffix) != 0)
        return false;
    *key = (struct rr_key){.mode = mode};
    memcpy(key->as_of, name, date_len);
    return rr_layout_is_date(key->as_of);
}

bool rr_layout_is_set_aside(const char *name) {
    size_t len = strlen(name), tail = sizeof set_aside_suffix - 1;
    return len > tail && strcmp(name + len - tail, set_aside_suffix) == 0;
}

int rr_store_set_aside(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    char path[PATH_MAX], aside[PATH_MAX];
    rr_layout_report(store, key, path);
    if (snprintf(aside, sizeof aside, "%s%s", path, set_aside_suffix) >= (int)sizeof aside || rename(path, aside) != 0)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "a broken report cannot be set aside: %s", strerror(errno));
    return 0;
}

int rr_layout_visit(struct rr_store *store, enum rr_mode mode, rr_layout_visitor *visit, void *ctx, struct rr_err *err) {
    char folder[PATH_MAX], path[PATH_MAX];
    rr_layout_folder(store, mode, folder);
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return rr_fail(err, RR_CACHE_WRITE_FAILED, "the report folder cannot be listed: %s", strerror(errno));
    int rc = 0;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(directory)) != NULL;)
        if (snprintf(path, sizeof path, "%s%s", folder, entry->d_name) < (int)sizeof path)
            rc = visit(ctx, entry->d_name, path, err);
    closedir(directory);
    return rc;
}

static int note_report(void *ctx, const char *name, const char *path, struct rr_err *err) {
    struct rr_listing *listing = ctx;
    struct rr_key key;
    struct stat st;
    if (!rr_layout_is_report(name, listing->mode, &key) || stat(path, &st) != 0)
        return 0;
    struct rr_listed *grown = realloc(listing->reports, (listing->count + 1) * sizeof *grown);
    if (grown == NULL)
        return rr_fail_memory(err);
    listing->reports = grown;
    listing->reports[listing->count++] = (struct rr_listed){key, rr_file_state_of(&st)};
    return 0;
}

int rr_layout_list(struct rr_store *store, enum rr_mode mode, struct rr_listing *listing, struct rr_err *err) {
    *listing = (struct rr_listing){.mode = mode};
    return rr_layout_visit(store, mode, note_report, listing, err);
}
