/* The status file, as anything that may stand there: read as a status or as none, served as JSON, and after the next run a status
 * that has kept the last success. */
#include "fuzz.h"

#include "base/json_scan.h"
#include "service/run.h"
#include "service/status.h"
#include "store/layout.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], status_path[sizeof folder + 16];
static struct rr_conf conf = {.retry_after_fail_s = 30};
static struct rr_service service = {.conf = &conf, .clock = &rr_clock_system};

static void remove_folder(void) {
    static const char *const names[] = {"status.json", "counterparty-risk/online", "counterparty-risk", ".versions", ""};
    char path[sizeof folder + 64];
    rr_store_close(&service.store);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

static void open_store(void) {
    struct rr_err err;
    /* in memory, where an fsync costs nothing */
    snprintf(folder, sizeof folder, "%s/riskreport-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    MUST(mkdtemp(folder) != NULL && rr_store_open(&service.store, folder, &err) == 0);
    atexit(remove_folder);
    snprintf(status_path, sizeof status_path, "%s/status.json", folder);
}

static void check_record(const struct rr_status *before) {
    struct rr_json json = {false};
    struct rr_status after;
    struct rr_err err;
    cJSON *run = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, run, "result", rr_slice_of("FAILED"));
    MUST(rr_store_record(service.store, RR_OFFLINE, &(struct rr_status_change){.run = run}, &err) == 0);
    MUST(rr_layout_load_status(service.store, RR_OFFLINE, &after, &err) == 0);
    MUST(cJSON_Compare(after.last_run, run, true));
    MUST(before->last_success == NULL ? after.last_success == NULL : after.last_success != NULL);
    rr_status_free(&after);
    cJSON_Delete(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (service.store == NULL)
        open_store();
    FILE *file = fopen(status_path, "w");
    MUST(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    struct rr_status status;
    struct rr_key key;
    struct rr_err why = {RR_OK, ""};
    if (rr_layout_load_status(service.store, RR_OFFLINE, &status, &why) != 0)
        MUST(why.code == RR_BROKEN && status.last_run == NULL && status.last_success == NULL);
    if (rr_layout_last_success(service.store, RR_OFFLINE, &key, &why) == 1)
        MUST(rr_layout_is_date(key.as_of));
    if (rr_run_failed_recently(&service, RR_OFFLINE, &why))
        MUST(rr_code_name(why.code) != NULL);
    struct rr_json json = {false};
    struct rr_buf text = RR_BUF_INIT(SIZE_MAX / 8);
    cJSON *tree = rr_status_json(&json, service.store, RR_OFFLINE);
    MUST(rr_json_print(&json, tree, &text, &why) == 0);
    MUST(rr_json_is_valid((struct rr_slice){text.ptr, text.len}));
    rr_buf_free(&text);
    check_record(&status);
    rr_status_free(&status);
    return 0;
}
