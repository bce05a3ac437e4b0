#ifndef RR_STORE_SUMMARIZE_H
#define RR_STORE_SUMMARIZE_H

#include "base/sink.h"
#include "store/layout.h"

/* For the files of lib/store alone: how a summary is made and what it looks like.
 *
 * `.versions/{mode}-{as_of}.summary`: a line a row, a JSON array of what struct rr_summary_row has, in its order; and at the end
 * the head, a JSON object on a line of its own. So neither needs memory to be written, a file that breaks off has no head, and
 * the head can be read without the rows. Its member `file` says which state of which file it was made from, and in which
 * format. */
#define RR_SUMMARY_SUFFIX ".summary"

enum { RR_SUMMARY_HEAD_MAX_BYTES = 4096, RR_FILE_STATE_SIZE = 80 };

void rr_summary_path(const struct rr_store *store, const struct rr_key *key, char path[PATH_MAX]);

/* The state as the head names it. */
void rr_summary_file_text(const struct rr_file_state *file, char text[RR_FILE_STATE_SIZE]);

/* Hands the summary of a valid report's bytes to sink. */
int rr_summarize(struct rr_slice report, const struct rr_document_meta *meta, const struct rr_file_state *file,
                 const struct rr_sink *sink, struct rr_err *err);

/* Writes the summary of the report that draft will become, all of whose bytes are flushed; rr_draft_commit then puts it in its
 * place. summary is opened first. */
int rr_summarize_draft(const struct rr_draft *draft, const struct rr_document_meta *meta, struct rr_draft *summary,
                       struct rr_err *err);

/* Is there a summary that was made from the very file that the document was just found in, and says something else? */
bool rr_summary_is_wrong(struct rr_store *store, const struct rr_document *document);

/* Its name for people. */
void rr_summary_display(const struct rr_key *key, char text[RR_REPORT_PATH_SIZE]);

#endif
