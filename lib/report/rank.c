#include "report/rank.h"

#include "base/thread.h"

#include <math.h>
#include <stdlib.h>

enum { work_per_yield = 1024 };

static int descending(double a, double b) {
    return (a < b) - (a > b);
}

/* rules.md D5 "Order of counterparties". */
static int compare_rows(const void *left, const void *right, void *compared) {
    const struct rr_row *a = left, *b = right;
    if (++*(uint32_t *)compared % work_per_yield == 0)
        rr_thread_yield();
    int order = (int)a->risk.level - (int)b->risk.level;
    if (order == 0)
        order = (int)b->risk.pipeline_zero - (int)a->risk.pipeline_zero;
    if (order == 0)
        order = (int)a->tier - (int)b->tier;
    if (order == 0)
        order = descending(fabs(a->risk.gap_krw), fabs(b->risk.gap_krw));
    if (order == 0)
        order = descending(a->risk.target_krw, b->risk.target_krw);
    if (order == 0)
        order = rr_slice_compare(a->organization_id, b->organization_id);
    return order != 0 ? order : rr_slice_compare(a->counterparty_name, b->counterparty_name);
}

static struct rr_row make_row(const struct rr_book *book, const struct rr_account *account, int month) {
    enum rr_tier tier = rr_book_tier(book, account->organization);
    double coverage_krw = (double)(account->confirmed_krw + account->expected_krw);
    return (struct rr_row){
        .account = account,
        .organization_id = rr_table_key(&book->organizations, account->organization),
        .organization_name = rr_book_organization_name(book, account->organization),
        .counterparty_name = rr_table_key(&book->counterparties, account->counterparty),
        .tier = tier,
        .risk = rr_risk_of(rr_target_krw(tier, account->baseline_krw), coverage_krw, month),
        .unclassified = account->counterparty == RR_UNCLASSIFIED,
    };
}

int rr_rank(struct rr_ranking *ranking, const struct rr_book *book, enum rr_mode mode, int month, struct rr_err *err) {
    *ranking = (struct rr_ranking){NULL, 0};
    uint32_t count = 0, compared = 0;
    for (uint32_t i = 0; i < book->account_count; i++)
        count += book->accounts[i].mode == mode && rr_book_is_row(book, &book->accounts[i]);
    ranking->rows = calloc(count > 0 ? count : 1, sizeof *ranking->rows);
    if (ranking->rows == NULL)
        return rr_fail_memory(err);
    for (uint32_t i = 0; i < book->account_count; i++) {
        const struct rr_account *account = &book->accounts[i];
        if (account->mode == mode && rr_book_is_row(book, account))
            ranking->rows[ranking->count++] = make_row(book, account, month);
        if (i % work_per_yield == 0)
            rr_thread_yield();
    }
    qsort_r(ranking->rows, ranking->count, sizeof *ranking->rows, compare_rows, &compared);
    return 0;
}

void rr_ranking_free(struct rr_ranking *ranking) {
    free(ranking->rows);
    *ranking = (struct rr_ranking){NULL, 0};
}
