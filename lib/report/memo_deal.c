#include "report/memo_deal.h"

#include <stdlib.h>

int rr_memo_deals_ready(struct rr_memo_deals *deals) {
    deals->organizations = malloc((deals->ids.count + (size_t)1) * sizeof *deals->organizations);
    if (deals->organizations == NULL)
        return -1;
    for (uint32_t i = 0; i < deals->ids.count; i++)
        deals->organizations[i] = RR_NONE;
    return 0;
}

void rr_memo_deals_free(struct rr_memo_deals *deals) {
    rr_table_free(&deals->ids);
    free(deals->organizations);
    deals->organizations = NULL;
}

/* rules.md D6 "Memos of a counterparty". */
void rr_memo_deals_whose(const void *ctx, const struct rr_memo_links *links,
                         struct rr_memo_holder (*holders)[RR_MEMO_HOLDERS_MAX], uint32_t count) {
    static const struct rr_slice none = {NULL, 0};
    const struct rr_memo_lookup *lookup = ctx;
    const struct rr_book *book = lookup->book;
    struct rr_slice ids[RR_MEMO_HOLDERS_MAX][RR_MEMOS_AT_ONCE] = {{{NULL, 0}}};
    uint32_t found[RR_MEMO_HOLDERS_MAX][RR_MEMOS_AT_ONCE];
    for (uint32_t i = 0; i < count; i++) {
        ids[0][i] = links[i].organization.len > 0 ? links[i].organization : none;
        ids[1][i] = links[i].deal.len > 0 ? links[i].deal : none;
        ids[2][i] = links[i].person.len > 0 ? links[i].person : none;
    }
    rr_table_find_all(&book->organizations, ids[0], found[0], count);
    rr_table_find_all(&lookup->deals->ids, ids[1], found[1], count);
    rr_table_find_all(&book->people, ids[2], found[2], count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t deal = found[1][i], person = found[2][i];
        holders[i][0] = (struct rr_memo_holder){found[0][i], RR_NONE};
        holders[i][1] = (struct rr_memo_holder){deal == RR_NONE ? RR_NONE : lookup->deals->organizations[deal], RR_NONE};
        holders[i][2] = person == RR_NONE
                            ? (struct rr_memo_holder){RR_NONE, RR_NONE}
                            : (struct rr_memo_holder){book->persons[person].organization, book->persons[person].counterparty};
    }
}
