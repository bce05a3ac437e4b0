#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rr_buf_reserve(struct rr_buf *buf, size_t len) {
    if (buf->failed || len > buf->max_bytes || buf->len > buf->max_bytes - len) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->len + len + 1;
    if (need <= buf->capacity)
        return true;
    size_t capacity = buf->capacity == 0 ? 256 : buf->capacity;
    while (capacity < need)
        capacity *= 2;
    char *grown = realloc(buf->ptr, capacity);
    if (grown == NULL) {
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->capacity = capacity;
    buf->ptr[buf->len] = '\0';
    return true;
}

void rr_buf_add(struct rr_buf *buf, const void *bytes, size_t len) {
    if (len == 0 || !rr_buf_reserve(buf, len))
        return;
    memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

void rr_buf_add_text(struct rr_buf *buf, const char *text) {
    rr_buf_add(buf, text, strlen(text));
}

void rr_buf_printf(struct rr_buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = NULL;
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    rr_buf_add(buf, text, (size_t)len);
    free(text);
}

void rr_buf_clear(struct rr_buf *buf) {
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr != NULL)
        buf->ptr[0] = '\0';
}

void rr_buf_free(struct rr_buf *buf) {
    free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->capacity = 0;
}
