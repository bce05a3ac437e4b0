#include "base/json_writer.h"

#include "base/number.h"

enum { escape_max = 6, piece_max = 4096 };

struct rr_writer rr_writer_on(struct rr_buf *buf) {
    struct rr_writer writer = {.buf = buf};
    if (rr_buf_reserve(buf, 1)) {
        writer.at = buf->ptr + buf->len;
        writer.end = buf->ptr + buf->capacity - 1;
    }
    return writer;
}

static void settle(struct rr_writer *writer) {
    if (writer->at == NULL)
        return;
    writer->buf->len = (size_t)(writer->at - writer->buf->ptr);
    *writer->at = '\0';
}

bool rr_writer_grow(struct rr_writer *writer, size_t len) {
    settle(writer);
    bool grown = rr_buf_reserve(writer->buf, len);
    writer->at = grown ? writer->buf->ptr + writer->buf->len : NULL;
    writer->end = grown ? writer->buf->ptr + writer->buf->capacity - 1 : NULL;
    return grown;
}

void rr_writer_close(struct rr_writer *writer) {
    settle(writer);
    writer->at = writer->end = NULL;
}

/* What a byte begins: itself, an escape, a character of three bytes whose lead allows any two others, or something to look at. */
enum kind { AS_IT_IS, ESCAPE, THREE, LOOK };

static enum kind kind_of(unsigned char c) {
    if (c < 0x80)
        return c < 0x20 || c == '"' || c == '\\' ? ESCAPE : AS_IT_IS;
    return c > 0xe0 && c < 0xf0 && c != 0xed ? THREE : LOOK;
}

/* What stands for bytes that are no character: U+FFFD. */
static const char replacement[] = {'\xef', '\xbf', '\xbd'};

static char *put_escape(char *at, unsigned char c) {
    static const char letters[] = "btn.fr";
    static const char hex[] = "0123456789abcdef";
    if (c == '\0')
        return rr_put(at, replacement, sizeof replacement);
    *at++ = '\\';
    if (c == '"' || c == '\\') {
        *at++ = (char)c;
        return at;
    }
    if (c >= '\b' && c <= '\r' && c != '\v') {
        *at++ = letters[c - '\b'];
        return at;
    }
    const char code[] = {'u', '0', '0', hex[c >> 4], hex[c & 15]};
    return rr_put(at, code, sizeof code);
}

/* One character, or the byte that is none, from text to at; how many bytes of text it took. */
static size_t put_odd(char **at, const char *text, size_t len) {
    size_t taken = rr_utf8_length(text, len);
    if (kind_of((unsigned char)*text) == ESCAPE) {
        *at = put_escape(*at, (unsigned char)*text);
        return 1;
    }
    if (taken == 0) {
        *at = rr_put(*at, replacement, sizeof replacement);
        return 1;
    }
    *at = rr_put(*at, text, taken);
    return taken;
}

/* Characters from text up to limit: the last of them may reach beyond it, though never beyond end. Returns where it stopped. */
static const char *put_text(char **out, const char *text, const char *limit, const char *end) {
    char *at = *out;
    while (text < limit) {
        enum kind kind = kind_of((unsigned char)*text);
        if (kind == AS_IT_IS) {
            *at++ = *text++;
        } else if (kind == THREE && end - text >= 3 && (text[1] & 0xc0) == 0x80 && (text[2] & 0xc0) == 0x80) {
            memcpy(at, text, 3);
            at += 3;
            text += 3;
        } else {
            text += put_odd(&at, text, (size_t)(end - text));
        }
    }
    *out = at;
    return text;
}

void rr_write_text(struct rr_writer *writer, const char *key, struct rr_slice text) {
    if (text.ptr == NULL) {
        rr_write_null(writer, key);
        return;
    }
    if (!rr_write_key(writer, key))
        return;
    *writer->at++ = '"';
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at < end) { /* in pieces, lest there be room for the worst of all of a long text */
        size_t piece = (size_t)(end - at) < piece_max ? (size_t)(end - at) : piece_max;
        if (!rr_writer_room(writer, piece * escape_max + 4))
            return;
        at = put_text(&writer->at, at, at + piece, end);
    }
    if (rr_writer_room(writer, 1))
        *writer->at++ = '"';
}

void rr_write_number(struct rr_writer *writer, const char *key, double number) {
    if (rr_write_key(writer, key) && rr_writer_room(writer, RR_NUMBER_SIZE))
        writer->at += rr_number_json(writer->at, number);
}

void rr_write_whole(struct rr_writer *writer, const char *key, rr_whole number) {
    if (rr_write_key(writer, key) && rr_writer_room(writer, RR_NUMBER_SIZE))
        writer->at += rr_number_whole(writer->at, number);
}
