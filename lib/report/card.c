#include "report/card.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

/* A sentence on its way into a card: a hundred thousand rows have three each, and printf's reading of formats took longer than
 * all the rest of a row. What does not fit is left out. */
struct pen {
    char *at;
    size_t left; /* one more byte is kept for the end */
};

static struct pen pen_on(char sentence[RR_CARD_SENTENCE_MAX]) {
    sentence[0] = '\0';
    return (struct pen){sentence, RR_CARD_SENTENCE_MAX - 1};
}

static inline void add_bytes(struct pen *pen, const char *bytes, size_t len) {
    size_t fits = len < pen->left ? len : pen->left;
    memcpy(pen->at, bytes, fits);
    pen->at += fits;
    pen->left -= fits;
    *pen->at = '\0';
}

static inline void add(struct pen *pen, const char *text) {
    add_bytes(pen, text, strlen(text));
}

static void add_number(struct pen *pen, double number, int decimals) {
    char text[RR_NUMBER_SIZE];
    add_bytes(pen, text, rr_number_fixed(text, number, decimals));
}

static void add_count(struct pen *pen, const char *before, uint32_t count) {
    char text[RR_NUMBER_SIZE];
    add(pen, before);
    add_bytes(pen, text, rr_number_whole(text, count));
}

/* KRW in 억, to the million, or finer where that would read as nothing. */
static void add_eok(struct pen *pen, const char *before, double krw) {
    double eok = krw / 1e8;
    add(pen, before);
    add_number(pen, eok, eok != 0 && fabs(eok) < 0.01 ? 4 : 2);
    add(pen, "억 원");
}

/* A ratio in percent, cut off rather than rounded: 19.996 % must not read as having reached 20 %. */
static double percent_of(double ratio) {
    return floor(ratio * 1e4) / 1e2;
}

/* `올해 목표 1.00억 원 대비 확정 0.20억 원, 예상 0.00억 원으로 부족분은 0.80억 원입니다.` */
static void tell_amounts(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row) {
    struct pen pen = pen_on(sentence);
    add_eok(&pen, "올해 목표 ", row->risk.target_krw);
    add(&pen, row->risk.has_ratio ? " 대비" : "(전년 확정 실적 없음),");
    add_eok(&pen, " 확정 ", (double)row->account->confirmed_krw);
    add_eok(&pen, ", 예상 ", (double)row->account->expected_krw);
    const char *before_gap = !row->risk.has_ratio    ? ", 목표 초과분 "
                             : row->risk.gap_krw > 0 ? "으로 부족분은 "
                                                     : "으로 목표 초과분은 ";
    add_eok(&pen, before_gap, fabs(row->risk.gap_krw));
    add(&pen, "입니다.");
}

/* `커버리지 12.34%로 4월 최소 기준 20%에 미치지 못합니다.` */
static void tell_coverage(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row, int month) {
    const struct rr_risk *risk = &row->risk;
    struct pen pen = pen_on(sentence);
    if (!risk->has_ratio) {
        add_count(&pen, "올해 목표가 0원이므로 ", (uint32_t)month);
        add(&pen, "월 최소 커버리지 기준을 적용하지 않습니다.");
        return;
    }
    add(&pen, "커버리지 ");
    add_number(&pen, percent_of(risk->ratio), 2);
    add_count(&pen, "%로 ", (uint32_t)month);
    add(&pen, "월 최소 기준 ");
    add_number(&pen, risk->min_coverage * 100, 0);
    if (risk->ratio < risk->severe_threshold) {
        add(&pen, "%의 절반인 ");
        add_number(&pen, risk->severe_threshold * 100, 1);
        add(&pen, "%에도 미치지 못합니다.");
    } else {
        add(&pen, risk->ratio < risk->min_coverage ? "%에 미치지 못합니다." : "%를 충족합니다.");
    }
}

/* `올해 확정 딜 2건, 성사 가능성이 높은 딜 1건이 있습니다.` */
static void tell_pipeline(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row) {
    const struct rr_account *account = row->account;
    struct pen pen = pen_on(sentence);
    if (account->confirmed_deals + account->expected_deals == 0) {
        add(&pen, "올해 확정되었거나 성사 가능성이 높은 딜이 없습니다.");
        return;
    }
    add_count(&pen, "올해 확정 딜 ", account->confirmed_deals);
    add_count(&pen, "건, 성사 가능성이 높은 딜 ", account->expected_deals);
    if (account->amount_zero_deals > 0) {
        add_count(&pen, "건이며 이 중 ", account->amount_zero_deals);
        add(&pen, "건은 금액이 확인되지 않습니다.");
    } else {
        add(&pen, "건이 있습니다.");
    }
}

/* What to do about a blocker, at each level: a counterparty that is on course needs no rescue. */
static const struct advice {
    const char *blocker;
    const char *actions[RR_LEVEL_COUNT][RR_CARD_ACTIONS_MAX];
} pipeline_zero =
    {
        "PIPELINE_ZERO",
        {[RR_SEVERE] = {"이번 주 안에 담당자와 미팅을 잡아 올해 교육 계획과 예산을 확인합니다.",
                        "전년 수강 실적을 바탕으로 재구매 제안서를 작성해 전달합니다.",
                        "의사결정권자와 새 접점을 찾아 파이프라인을 다시 만듭니다."}},
},
  fit_unclear = {
      "FIT_UNCLEAR",
      {[RR_SEVERE] = {"담당자와 요구 사항을 다시 확인해 맞는 과정과 규모를 정합니다.",
                      "성사 가능성이 높은 딜의 체결 일정을 앞당길 방안을 협의합니다.", "부족분을 채울 추가 과정을 제안합니다."},
       [RR_NORMAL] = {"담당자와 요구 사항을 다시 확인해 맞는 과정과 규모를 정합니다.",
                      "진행 중인 딜의 체결 일정과 금액을 확정합니다."},
       [RR_GOOD] = {"현재 진행 중인 딜의 일정과 금액을 정기적으로 점검합니다.",
                    "만족도를 확인하고 추가 교육 수요를 발굴합니다."}},
};

void rr_card_facts_of(struct rr_card_facts *facts, const struct rr_book *book, const struct rr_row *row) {
    const struct rr_account *account = row->account;
    *facts = (struct rr_card_facts){.row = row, .as_of = book->as_of, .mode = account->mode};
    rr_book_signals(book, account, &facts->signals);
    facts->memo_count = rr_memo_shelf_get(&book->memos, account->organization, account->counterparty, facts->memos);
}

void rr_card_by_rule(struct rr_card *card, const struct rr_card_facts *facts) {
    const struct rr_row *row = facts->row;
    card->level = row->risk.level;
    const struct advice *advice = row->risk.pipeline_zero ? &pipeline_zero : &fit_unclear;
    card->blockers[0] = advice->blocker;
    card->blockers[1] = card->blockers[2] = NULL;
    for (int i = 0; i < RR_CARD_ACTIONS_MAX; i++)
        card->actions[i] = advice->actions[card->level][i];
    tell_amounts(card->evidence[0], row);
    tell_coverage(card->evidence[1], row, rr_day_month(facts->as_of));
    tell_pipeline(card->evidence[2], row);
}
