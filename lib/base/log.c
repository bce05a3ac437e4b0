#include "base/log.h"

#include "base/clock.h"
#include "base/json_writer.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { line_max_bytes = 64 * 1024, held_max_bytes = 4096 };

static const char *const level_names[] = {
    [RR_LOG_INFO] = "info", [RR_LOG_WARNING] = "warning", [RR_LOG_ERROR] = "error", [RR_LOG_AUDIT] = "info"};

static enum rr_log_format log_format = RR_LOG_JSON;
static enum rr_log_level least_level = RR_LOG_INFO;

void rr_log_configure(enum rr_log_format format, enum rr_log_level least) {
    log_format = format;
    least_level = least;
}

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

static void write_json(struct rr_buf *buf, enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
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

/* Needs no quotes: what a shell, a terminal and an eye take for one word. */
static bool is_word(const char *text) {
    static const char others[] = "-_./:?&%+=,@";
    size_t len = 0;
    for (; text[len] != '\0'; len++)
        if (!isalnum((unsigned char)text[len]) && strchr(others, text[len]) == NULL)
            return false;
    return len > 0;
}

static void write_words(struct rr_writer *writer, const char *const *words) {
    for (; *words != NULL; words++)
        rr_write_raw(writer, rr_slice_of(*words));
}

static void write_text(struct rr_buf *buf, enum rr_log_level level, const char *event, const struct rr_log_field *fields) {
    struct rr_writer writer = rr_writer_on(buf);
    write_words(&writer, (const char *const[]){time_now(), " ", level_names[level], " ", event, NULL});
    for (const struct rr_log_field *field = fields; field->name != NULL; field++) {
        write_words(&writer, (const char *const[]){" ", field->name, "=", NULL});
        writer.comma = false; /* what follows is a value of its own */
        if (field->text == NULL)
            rr_write_whole(&writer, NULL, field->number);
        else if (is_word(field->text))
            rr_write_raw(&writer, rr_slice_of(field->text));
        else
            rr_write_text(&writer, NULL, rr_slice_of(field->text));
    }
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
    if (level < least_level)
        return;
    (log_format == RR_LOG_TEXT ? write_text : write_json)(&line, level, event, fields);
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
