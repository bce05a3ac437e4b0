#ifndef RR_REPORT_FINDING_H
#define RR_REPORT_FINDING_H

#include "base/buf.h"
#include "base/text.h"
#include "report/blocker.h"

#include <stdint.h>

/* What memos were found to say (sense.h), to be kept from run to run: most memos of a morning's database are yesterday's, and
 * need not be judged again. They are known by the digests of their texts, and none by what it says.
 *
 *     rr_findings_read(&known, file)                       what an earlier run has kept
 *     rr_finding_name(&finding, text)                      the text's digest; then
 *     found = rr_findings_find(&known, &finding)           what it says, or NULL
 *     rr_findings_write(items, count, &file)               what this run keeps
 *
 * The file is a line and then the items, sorted. */
enum { RR_FINDING_NAME_BYTES = 16 };

struct rr_finding {
    uint8_t name[RR_FINDING_NAME_BYTES]; /* the beginning of the text's SHA-256 */
    uint8_t found[RR_BLOCKER_COUNT];     /* how often the text names each blocker */
};

struct rr_findings {
    const struct rr_finding *items; /* borrowed from the file's bytes */
    size_t count;
};

/* None where the file is not whole, or not of a program that judges as this one does. */
void rr_findings_read(struct rr_findings *findings, struct rr_slice file);

void rr_finding_name(struct rr_finding *finding, struct rr_slice text);
const uint8_t *rr_findings_find(const struct rr_findings *findings, const struct rr_finding *finding);

/* Appends the file. Sorts the items, which may be there twice. */
void rr_findings_write(struct rr_finding *items, size_t count, struct rr_buf *file);

#endif
