#include "base/log.h"

#include "base/clock.h"
#include "base/json_writer.h"

#include <unistd.h>

enum { line_max_bytes = 64 * 1024, held_max_bytes = 4096 };

static const char *const level_names[] = {[RR_LOG_INFO] = "info", [RR_LOG_WARNING] = "warning", [RR_LOG_ERROR] = "error"};

static struct rr_buf held = RR_BUF_INIT(line_max_bytes);

/* The time, worked out once a second. */
static const char *time_now(void) {
    static char text[RR_ISO_SIZE];
    static int64_t of_s;
    int64_t now_s = rr_clock_now_s(&rr_clock_system);
    if (now_s != of_s)
        rr_clock_iso(now_s, text);
    of_s = now_s;
    return text;
}

static void write_line(struct rr_buf *buf, enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    struct rr_writer writer = rr_writer_on(buf);
    rr_write_object(&writer, NULL);
    rr_write_plain(&writer, "time", rr_slice_of(time_now()));
    rr_write_plain(&writer, "level", rr_slice_of(level_names[level]));
    rr_write_text(&writer, "event", rr_slice_of(event));
    for (const struct rr_log_field *field = fields; field->name != NULL; field++) {
        if (field->text != NULL)
            rr_write_text(&writer, field->name, rr_slice_of(field->text));
        else
            rr_write_whole(&writer, field->name, field->number);
    }
    rr_write_end(&writer, '}');
    rr_write_raw(&writer, (struct rr_slice)RR_SLICE("\n"));
    rr_writer_close(&writer);
}

void rr_log_flush(void) {
    ssize_t written = held.failed || held.len == 0 ? 0 : write(STDERR_FILENO, held.ptr, held.len);
    (void)written; /* where stderr is gone, nobody is left to tell */
    rr_buf_clear(&held);
}

void rr_log_later(enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    struct rr_buf line = RR_BUF_INIT(line_max_bytes);
    write_line(&line, level, event, fields);
    if (!line.failed) {
        if (held.len + line.len > held_max_bytes)
            rr_log_flush();
        rr_buf_add(&held, line.ptr, line.len);
    }
    rr_buf_free(&line);
    if (level != RR_LOG_INFO || held.len > held_max_bytes)
        rr_log_flush();
}

void rr_log(enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    rr_log_later(level, event, fields);
    rr_log_flush();
}
