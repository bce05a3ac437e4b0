#ifndef RR_BASE_JSON_WRITER_H
#define RR_BASE_JSON_WRITER_H

#include "base/buf.h"
#include "base/text.h"
#include "base/whole.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Writes compact JSON straight into a buffer, with the bytes that a tree of base/json.h would print. This is for what is
 * written in bulk, a report's hundred thousand rows, where building a tree and printing it took ten times as long. A status
 * or an error, which is a few members and may be changed before it is printed, is built as a tree.
 *
 *     struct rr_writer writer = rr_writer_on(&buf);
 *     rr_write_object(&writer, NULL);                     a root, or an item of an array: no key
 *     rr_write_text(&writer, "name", slice); ...          keys are literals that need no escape
 *     rr_write_end(&writer, '}');
 *     rr_writer_close(&writer);                           now buf has it; buf.failed as ever
 *
 * Nobody else touches buf in between. */
struct rr_writer {
    struct rr_buf *buf;
    char *at, *end; /* what of buf's memory is free; both NULL once it has failed */
    bool comma;     /* before the next item */
};

struct rr_writer rr_writer_on(struct rr_buf *buf);
void rr_writer_close(struct rr_writer *writer);

/* Makes room for len bytes more; false where that cannot be. */
bool rr_writer_grow(struct rr_writer *writer, size_t len);

/* NULL becomes null; bytes that are not UTF-8, and NUL, become U+FFFD. */
void rr_write_text(struct rr_writer *writer, const char *key, struct rr_slice text);

void rr_write_number(struct rr_writer *writer, const char *key, double number);
void rr_write_whole(struct rr_writer *writer, const char *key, rr_whole number); /* exact to its last digit */

/* The rest is small enough to stand in the caller, where the length of a literal is known. */

static inline bool rr_writer_room(struct rr_writer *writer, size_t len) {
    return (size_t)(writer->end - writer->at) >= len || rr_writer_grow(writer, len);
}

/* Where there is room: copies, and is behind the copy. */
static inline char *rr_put(char *at, const char *bytes, size_t len) {
    memcpy(at, bytes, len);
    return at + len;
}

/* Bytes as they are: JSON that was written before, or the white space between lines. */
static inline void rr_write_raw(struct rr_writer *writer, struct rr_slice bytes) {
    if (bytes.len > 0 && rr_writer_room(writer, bytes.len))
        writer->at = rr_put(writer->at, bytes.ptr, bytes.len);
}

/* The comma that is due, and the key. After it there is room for one byte more, for what opens the value. */
static inline bool rr_write_key(struct rr_writer *writer, const char *key) {
    size_t len = key == NULL ? 0 : strlen(key);
    if (!rr_writer_room(writer, len + 5))
        return false;
    char *at = writer->at;
    if (writer->comma)
        *at++ = ',';
    if (key != NULL) {
        *at++ = '"';
        at = rr_put(at, key, len);
        *at++ = '"';
        *at++ = ':';
    }
    writer->at = at;
    writer->comma = true;
    return true;
}

static inline void rr_write_open(struct rr_writer *writer, const char *key, char bracket) {
    if (rr_write_key(writer, key))
        *writer->at++ = bracket;
    writer->comma = false;
}

static inline void rr_write_object(struct rr_writer *writer, const char *key) {
    rr_write_open(writer, key, '{');
}

static inline void rr_write_array(struct rr_writer *writer, const char *key) {
    rr_write_open(writer, key, '[');
}

static inline void rr_write_end(struct rr_writer *writer, char bracket) {
    if (rr_writer_room(writer, 1))
        *writer->at++ = bracket;
    writer->comma = true;
}

/* A member whose value is JSON that was written before. */
static inline void rr_write_value(struct rr_writer *writer, const char *key, struct rr_slice json) {
    if (rr_write_key(writer, key))
        rr_write_raw(writer, json);
}

static inline void rr_write_null(struct rr_writer *writer, const char *key) {
    rr_write_value(writer, key, (struct rr_slice)RR_SLICE("null"));
}

static inline void rr_write_bool(struct rr_writer *writer, const char *key, bool value) {
    static const struct rr_slice words[] = {RR_SLICE("false"), RR_SLICE("true")};
    rr_write_value(writer, key, words[value]);
}

/* A text of our own: well-formed, not NULL, with nothing in it to escape. */
static inline void rr_write_plain(struct rr_writer *writer, const char *key, struct rr_slice text) {
    if (!rr_write_key(writer, key) || !rr_writer_room(writer, text.len + 2))
        return;
    *writer->at++ = '"';
    writer->at = rr_put(writer->at, text.ptr, text.len);
    *writer->at++ = '"';
}

#endif
