#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <unistd.h>

enum { line_max_bytes = 64 * 1024 };

static const char *const level_names[] = {[RR_LOG_INFO] = "info", [RR_LOG_WARNING] = "warning", [RR_LOG_ERROR] = "error"};

void rr_log(enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    char time_text[RR_ISO_SIZE];
    rr_clock_iso(rr_clock_now_s(&rr_clock_system), time_text);
    struct rr_json json = {0};
    cJSON *line = rr_json_object(&json, NULL, NULL);
    rr_json_text(&json, line, "time", rr_slice_of(time_text));
    rr_json_text(&json, line, "level", rr_slice_of(level_names[level]));
    rr_json_text(&json, line, "event", rr_slice_of(event));
    for (const struct rr_log_field *field = fields; field->name != NULL; field++) {
        if (field->text != NULL)
            rr_json_text(&json, line, field->name, rr_slice_of(field->text));
        else
            rr_json_whole(&json, line, field->name, field->number);
    }
    struct rr_buf text = RR_BUF_INIT(line_max_bytes);
    struct rr_err err;
    if (rr_json_print(&json, line, &text, &err) == 0)
        rr_buf_add_text(&text, "\n");
    ssize_t written = text.failed ? 0 : write(STDERR_FILENO, text.ptr, text.len);
    (void)written; /* where stderr is gone, nobody is left to tell */
    rr_buf_free(&text);
}
