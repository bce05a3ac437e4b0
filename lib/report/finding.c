#include "report/finding.h"

#include "base/digest.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The digest of all that judges a memo, as the Makefile took it: whoever changes a line of that gets no finding of before. */
__asm__(".pushsection .rodata\n"
        "rr_judge: .incbin \"judge.sha256\", 0, 64\n"
        ".popsection\n");
extern const char rr_judge[RR_DIGEST_SIZE - 1] __attribute__((visibility("hidden")));

_Static_assert(sizeof(struct rr_finding) == RR_FINDING_NAME_BYTES + RR_BLOCKER_COUNT && _Alignof(struct rr_finding) == 1,
               "it is its bytes, wherever they are");

static const char title[] = "riskreport findings of memos";

enum { header_len = sizeof title - 1 + 1 + sizeof rr_judge + 1 + 16 + 1 }; /* with two spaces, and the end of the line */

static void write_header(char header[header_len + 1], struct rr_slice items) {
    snprintf(header, header_len + 1, "%s %.*s %016" PRIx64 "\n", title, (int)sizeof rr_judge, rr_judge, rr_hash64(items));
}

static int compare(const void *left, const void *right) {
    const struct rr_finding *a = left, *b = right;
    return memcmp(a->name, b->name, sizeof a->name);
}

void rr_findings_read(struct rr_findings *findings, struct rr_slice file) {
    char header[header_len + 1];
    *findings = (struct rr_findings){NULL, 0};
    if (file.len < header_len || (file.len - header_len) % sizeof(struct rr_finding) != 0)
        return;
    const struct rr_slice rest = {file.ptr + header_len, file.len - header_len};
    const struct rr_finding *items = (const struct rr_finding *)rest.ptr;
    size_t count = rest.len / sizeof *items;
    write_header(header, rest);
    if (memcmp(file.ptr, header, header_len) != 0)
        return;
    for (size_t i = 1; i < count; i++)
        if (compare(&items[i - 1], &items[i]) >= 0)
            return;
    *findings = (struct rr_findings){items, count};
}

void rr_finding_name(struct rr_finding *finding, struct rr_slice text) {
    uint8_t digest[RR_DIGEST_BYTES];
    rr_digest_bytes(digest, &text, 1);
    memcpy(finding->name, digest, sizeof finding->name);
}

const uint8_t *rr_findings_find(const struct rr_findings *findings, const struct rr_finding *finding) {
    if (findings->count == 0)
        return NULL;
    const struct rr_finding *same = bsearch(finding, findings->items, findings->count, sizeof *finding, compare);
    return same == NULL ? NULL : same->found;
}

void rr_findings_write(struct rr_finding *items, size_t count, struct rr_buf *file) {
    char header[header_len + 1];
    size_t kept = 0;
    if (count > 0)
        qsort(items, count, sizeof *items, compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare(&items[kept - 1], &items[i]) != 0)
            items[kept++] = items[i];
    write_header(header, (struct rr_slice){(const char *)items, kept * sizeof *items});
    rr_buf_add(file, header, header_len);
    rr_buf_add(file, items, kept * sizeof *items);
}
