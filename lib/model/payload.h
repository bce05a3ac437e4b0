#ifndef RR_MODEL_PAYLOAD_H
#define RR_MODEL_PAYLOAD_H

#include "base/buf.h"
#include "report/card.h"

/* What a language model is told of a row, as canonical JSON: compact, its members in a fixed order, and nothing in it that
 * changes while the facts do not (no date of today). `<` and `>` are escaped, so that no text of the CRM can end the data that it
 * stands in. Appended to out; out->failed as ever.  */
void rr_payload_write(struct rr_buf *out, const struct rr_book *book, const struct rr_card_facts *facts);

#endif
