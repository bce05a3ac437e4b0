#include "base/json.h"
#include "base/log.h"
#include "store/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { status_max_bytes = 1024 * 1024 };

static cJSON *take_run(cJSON *object, const char *name) {
    cJSON *run = cJSON_DetachItemFromObjectCaseSensitive(object, name);
    if (cJSON_IsObject(run))
        return run;
    cJSON_Delete(run);
    return NULL;
}

int rr_layout_load_status(struct rr_store *store, enum rr_mode mode, struct rr_status *status, struct rr_err *err) {
    *status = (struct rr_status){NULL, NULL};
    char path[PATH_MAX];
    rr_layout_status(store, mode, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, errno == ENOENT ? RR_NOT_FOUND : RR_CACHE_WRITE_FAILED, "the status cannot be opened: %s",
                       strerror(errno));
    struct rr_buf text = RR_BUF_INIT(status_max_bytes);
    struct stat st;
    int rc = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? rr_file_read_all(fd, &text, err)
                                                        : rr_fail(err, RR_BROKEN, "it is not a regular file");
    cJSON *object = rc == 0 ? rr_json_parse((struct rr_slice){text.ptr, text.len}, err) : NULL;
    if (rc == 0 && object != NULL && !cJSON_IsObject(object))
        rr_err_set(err, RR_BROKEN, "it is not one JSON object");
    rc = cJSON_IsObject(object) ? 0 : -1;
    status->last_run = take_run(object, "last_run");
    status->last_success = take_run(object, "last_success");
    cJSON_Delete(object);
    rr_buf_free(&text);
    close(fd);
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

/* Replaces the mode's status; both runs are borrowed and may be NULL. */
static int write_status(struct rr_store *store, enum rr_mode mode, const cJSON *last_run, const cJSON *last_success,
                        struct rr_err *err) {
    struct rr_json json = {0};
    cJSON *object = rr_json_object(&json, NULL, NULL);
    add_run(&json, object, "last_run", last_run);
    add_run(&json, object, "last_success", last_success);
    struct rr_buf text = RR_BUF_INIT(status_max_bytes);
    int rc = rr_json_print(&json, object, &text, err);
    rr_buf_add_text(&text, "\n");
    char path[PATH_MAX];
    rr_layout_status(store, mode, path);
    struct rr_draft draft;
    if (rc == 0)
        rc = rr_draft_open(&draft, path, err) == 0 && rr_draft_write(&draft, text.ptr, text.len, err) == 0 &&
                     rr_draft_commit(&draft, err) == 0
                 ? 0
                 : -1;
    rr_buf_free(&text);
    return rc;
}

int rr_store_record(struct rr_store *store, enum rr_mode mode, const cJSON *run, struct rr_err *err) {
    struct rr_status before;
    if (rr_layout_read_status(store, mode, &before, err) != 0)
        return -1;
    bool success = rr_slice_equal(rr_json_member(run, "result"), (struct rr_slice)RR_SLICE("SUCCESS"));
    int rc = write_status(store, mode, run, success ? run : before.last_success, err);
    rr_status_free(&before);
    return rc;
}

static void amend(struct rr_json *json, cJSON *run, const char *job_run_id, const char *name, const cJSON *value) {
    if (!rr_slice_equal(rr_json_member(run, "job_run_id"), rr_slice_of(job_run_id)))
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(run, name);
    rr_json_add(json, run, name, cJSON_Duplicate(value, true));
}

int rr_store_amend(struct rr_store *store, enum rr_mode mode, const char *job_run_id, const char *name, const cJSON *value,
                   struct rr_err *err) {
    struct rr_status status;
    struct rr_json json = {0};
    if (rr_layout_read_status(store, mode, &status, err) != 0)
        return -1;
    amend(&json, status.last_run, job_run_id, name, value);
    amend(&json, status.last_success, job_run_id, name, value);
    int rc = json.failed ? rr_fail_memory(err) : write_status(store, mode, status.last_run, status.last_success, err);
    rr_status_free(&status);
    return rc;
}
