#include "base/json.h"
#include "base/log.h"
#include "store/remote.h"
#include "store/replica.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static cJSON *take_run(cJSON *object, const char *name) {
    cJSON *run = cJSON_DetachItemFromObjectCaseSensitive(object, name);
    if (cJSON_IsObject(run))
        return run;
    cJSON_Delete(run);
    return NULL;
}

int rr_layout_status_text(const struct rr_store *store, enum rr_mode mode, struct rr_buf *text, struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_status(store, mode, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, errno == ENOENT ? RR_NOT_FOUND : RR_CACHE_WRITE_FAILED, "the status cannot be opened: %s",
                       strerror(errno));
    struct stat st;
    int rc = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? rr_file_read_all(fd, text, err)
                                                        : rr_fail(err, RR_BROKEN, "it is not a regular file");
    close(fd);
    return rc;
}

int rr_layout_load_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status, struct rr_err *err) {
    *status = (struct rr_status){NULL, NULL};
    struct rr_buf text = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    int rc = rr_layout_status_text(store, mode, &text, err);
    cJSON *object = rc == 0 ? rr_json_parse((struct rr_slice){text.ptr, text.len}, err) : NULL;
    if (rc == 0 && object != NULL && !cJSON_IsObject(object))
        rr_err_set(err, RR_BROKEN, "it is not one JSON object");
    rc = cJSON_IsObject(object) ? 0 : -1;
    status->last_run = take_run(object, "last_run");
    status->last_success = take_run(object, "last_success");
    cJSON_Delete(object);
    rr_buf_free(&text);
    return rc;
}

int rr_layout_read_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status, struct rr_err *err) {
    struct rr_err why;
    if (rr_layout_load_status(store, mode, status, &why) == 0 || why.code == RR_NOT_FOUND)
        return 0;
    rr_log(RR_LOG_WARNING, "status_broken",
           (const struct rr_log_field[]){{"mode", rr_mode_name(mode), 0}, {"reason", why.message, 0}, {0}});
    *err = why;
    return why.code == RR_BROKEN ? 0 : -1;
}

void rr_store_read_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status) {
    struct rr_err ignored;
    (void)rr_layout_read_status(store, mode, status, &ignored);
}

int rr_layout_last_success(struct rr_store *store, enum rr_mode mode, struct rr_key *key, struct rr_err *err) {
    struct rr_status status;
    *key = (struct rr_key){.mode = mode};
    if (rr_layout_read_status(store, mode, &status, err) != 0)
        return -1;
    struct rr_slice as_of = rr_json_member(status.last_success, "as_of");
    bool named = as_of.ptr != NULL && rr_layout_is_date(as_of.ptr);
    if (named)
        memcpy(key->as_of, as_of.ptr, as_of.len);
    rr_status_free(&status);
    return named;
}

void rr_status_free(struct rr_status *status) {
    cJSON_Delete(status->last_run);
    cJSON_Delete(status->last_success);
    *status = (struct rr_status){NULL, NULL};
}

static void add_run(struct rr_json *json, cJSON *object, const char *name, const cJSON *run) {
    rr_json_add(json, object, name, run == NULL ? cJSON_CreateNull() : cJSON_Duplicate(run, true));
}

/* Appends a status of these runs, each of which may be NULL. */
static int print_status(struct rr_json *json, const cJSON *last_run, const cJSON *last_success, struct rr_buf *text,
                        struct rr_err *err) {
    cJSON *object = rr_json_object(json, NULL, NULL);
    add_run(json, object, "last_run", last_run);
    add_run(json, object, "last_success", last_success);
    int rc = rr_json_print(json, object, text, err);
    rr_buf_add_text(text, "\n");
    return rc == 0 && text->failed ? rr_fail_memory(err) : rc;
}

static void amend(struct rr_json *json, cJSON *run, const struct rr_status_change *change) {
    if (!rr_slice_equal(rr_json_member(run, "job_run_id"), rr_slice_of(change->job_run_id)))
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(run, change->name);
    rr_json_add(json, run, change->name, cJSON_Duplicate(change->value, true));
}

int rr_layout_changed_status(struct rr_store *store, enum rr_mode mode, const struct rr_status_change *change,
                             struct rr_buf *text, struct rr_err *err) {
    struct rr_status status;
    struct rr_json json = {false};
    if (rr_layout_read_status(store, mode, &status, err) != 0)
        return -1;
    const cJSON *last_run = status.last_run, *last_success = status.last_success;
    if (change->run != NULL) {
        bool success = rr_slice_equal(rr_json_member(change->run, "result"), (struct rr_slice)RR_SLICE("SUCCESS"));
        last_run = change->run;
        last_success = success ? change->run : last_success;
    } else {
        amend(&json, status.last_run, change);
        amend(&json, status.last_success, change);
    }
    int rc = print_status(&json, last_run, last_success, text, err);
    rr_status_free(&status);
    return rc;
}

int rr_layout_draft_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_draft *draft,
                           struct rr_err *err) {
    char path[PATH_MAX];
    rr_layout_status(store, mode, path);
    return rr_draft_open(draft, path, err) == 0 && rr_draft_write(draft, text.ptr, text.len, err) == 0 &&
                   rr_draft_flush(draft, err) == 0
               ? 0
               : -1;
}

int rr_layout_write_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_err *err) {
    struct rr_draft draft;
    return rr_layout_draft_status(store, mode, text, &draft, err) == 0 ? rr_draft_commit(&draft, err) : -1;
}

int rr_layout_share_status(struct rr_store *store, enum rr_mode mode, struct rr_slice text, struct rr_err *err) {
    const struct rr_publication publication = {.mode = mode, .status = text};
    struct rr_replica replica;
    int64_t revision;
    if (rr_replica_lock(store, &replica, err) != 0)
        return -1;
    int rc = store->remote->publish(store->remote, &publication, &revision, err);
    if (rc == 0)
        rc = rr_layout_write_status(store, mode, text, err);
    rr_replica_unlock(&replica, 0);
    return rc;
}

int rr_store_record(struct rr_store *store, enum rr_mode mode, const struct rr_status_change *change, struct rr_err *err) {
    struct rr_buf buf = RR_BUF_INIT(RR_STATUS_MAX_BYTES);
    int rc = rr_layout_changed_status(store, mode, change, &buf, err);
    const struct rr_slice text = {buf.ptr, buf.len};
    if (rc == 0)
        rc = store->remote == NULL ? rr_layout_write_status(store, mode, text, err)
                                   : rr_layout_share_status(store, mode, text, err);
    rr_buf_free(&buf);
    return rc;
}
