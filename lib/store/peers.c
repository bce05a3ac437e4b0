#include "store/peers.h"

#include "store/remote.h"
#include "store/replica.h"

#include <stdlib.h>
#include <string.h>

static int require_peers(const struct rr_store *store, struct rr_err *err) {
    return store->remote != NULL ? 0 : rr_fail(err, RR_STORE_UNAVAILABLE, "REPORT_STORE names no store that hosts share");
}

int rr_store_follow(struct rr_store *store, int64_t max_ms, struct rr_err *err) {
    if (require_peers(store, err) != 0)
        return -1;
    bool fresh = !store->remote->is_connected(store->remote);
    int events = store->remote->wait(store->remote, fresh ? 0 : max_ms, err);
    if (events < 0)
        return -1;
    if ((fresh || (events & RR_REMOTE_CHANGED) != 0) && rr_replica_catch_up(store, fresh, err) != 0) {
        store->remote->unlock(store->remote); /* or what was missed now would be missed for good */
        return -1;
    }
    int happened = (events & RR_REMOTE_CHANGED) != 0 ? RR_PEERS_PUBLISHED : 0;
    return happened | (fresh || (events & RR_REMOTE_ASKED) != 0 ? RR_PEERS_ASKED : 0);
}

/* It may be there and not here: this host's copy was removed, or is broken. */
static int fetch(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    struct rr_replica replica;
    if (rr_replica_lock(store, &replica, err) != 0)
        return -1;
    int rc = rr_replica_fetch(store, key, err);
    rr_replica_unlock(&replica, 0);
    return rc;
}

int rr_store_ask(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    if (require_peers(store, err) != 0)
        return -1;
    store->waits_for_host = false;
    int found = fetch(store, key, err);
    return found != 0 ? found : store->remote->ask(store->remote, key, err);
}

int rr_store_take(struct rr_store *store, struct rr_key *key, struct rr_err *err) {
    return require_peers(store, err) == 0 ? store->remote->take(store->remote, key, err) : -1;
}

void rr_store_taken(struct rr_store *store) {
    store->remote->taken(store->remote);
}

/* ---- From files, and back to them ---- */

static int republish(struct rr_store *store, const struct rr_document *document, int64_t published_us, struct rr_err *err) {
    struct rr_sink sink;
    if (rr_store_begin(store, &document->meta.key, &sink, err) != 0)
        return -1;
    if (sink.write(sink.ctx, document->body.ptr, document->body.len, err) != 0 ||
        rr_layout_seal_at(store, published_us, err) != 0) {
        rr_store_abandon(store);
        return -1;
    }
    return rr_store_publish(store, NULL, err);
}

static int is_shared(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    struct rr_remote_row row;
    struct rr_buf gzip = RR_BUF_INIT(RR_DOCUMENT_MAX_BYTES);
    int rc = store->remote->fetch(store->remote, key, &row, &gzip, err);
    rr_buf_free(&gzip);
    return rc;
}

/* 1 where it was published now, 0 where it is shared already. */
static int import_report(struct rr_store *store, const struct rr_key *key, struct rr_err *err) {
    enum { ns_per_us = 1000 };
    struct rr_document document = RR_DOCUMENT_EMPTY;
    int rc = is_shared(store, key, err);
    if (rc == 0) {
        rc = rr_store_find(store, key, &document, err);
        if (rc == 0)
            rc = republish(store, &document, rr_layout_remembered(store, key)->file.mtime_ns / ns_per_us, err) == 0 ? 1 : -1;
        rr_document_free(&document);
        return rc;
    }
    return rc < 0 ? -1 : 0;
}

/* A status that is shared already stays, and so does one that this host does not have. */
static int import_status(struct rr_store *store, enum rr_mode mode, struct rr_err *err) {
    struct rr_buf shared = RR_BUF_INIT(RR_STATUS_MAX_BYTES), own = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    struct rr_err none;
    int rc = store->remote->status(store->remote, mode, &shared, err);
    if (rc == 0 && rr_layout_status_text(store, mode, &own, &none) == 0)
        rc = rr_layout_share_status(store, mode, (struct rr_slice){own.ptr, own.len}, err);
    rr_buf_free(&shared);
    rr_buf_free(&own);
    return rc < 0 ? -1 : 0;
}

int rr_store_import(struct rr_store *store, uint32_t *count, void (*tell)(void *ctx, const char *path, const char *problem),
                    void *ctx, struct rr_err *err) {
    *count = 0;
    if (require_peers(store, err) != 0)
        return -1;
    for (enum rr_mode mode = 0; mode < RR_MODE_COUNT; mode++) {
        struct rr_listing listing;
        int rc = rr_layout_list(store, mode, &listing, err);
        for (size_t i = 0; rc == 0 && i < listing.count; i++) {
            char path[RR_REPORT_PATH_SIZE];
            rr_store_display_path(&listing.reports[i].key, path);
            int imported = import_report(store, &listing.reports[i].key, err);
            if (imported < 0 && err->code != RR_BROKEN)
                rc = -1;
            else if (imported != 0)
                tell(ctx, path, imported < 0 ? err->message : NULL);
            *count += imported == 1;
        }
        free(listing.reports);
        if (rc != 0 || import_status(store, mode, err) != 0)
            return -1;
    }
    return 0;
}

int rr_store_export(struct rr_store *store, struct rr_err *err) {
    return require_peers(store, err) == 0 ? rr_replica_catch_up(store, true, err) : -1;
}
