#include "report/card.h"

#include "base/number.h"
#include "report/phrases.h"

#include <math.h>
#include <string.h>

enum { quoted_max_chars = 40 };

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

/* `올해 오프라인 목표 1.00억 원 대비 확정 0.20억 원, 예상 0.00억 원으로 부족분은 0.80억 원입니다.` */
static void tell_amounts(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row) {
    struct pen pen = pen_on(sentence);
    add(&pen, "올해 ");
    add(&pen, rr_phrase_mode(row->account->mode));
    add_eok(&pen, " 목표 ", row->risk.target_krw);
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

/* What goes on behind the pipeline, in one sentence with it; NOTHING: it ends there. */
enum sequel { NOTHING, MEMOS, LOSSES, CONTACT };

/* What memos say: of how many each blocker is. */
struct blockers {
    uint32_t mentions[RR_BLOCKER_COUNT];
    uint32_t memos[RR_BLOCKER_COUNT];
};

static enum sequel sequel_of(const struct rr_card_facts *facts, const struct blockers *blockers, enum rr_blocker first) {
    const struct rr_signals *signals = &facts->signals;
    if (blockers->memos[first] > 0)
        return MEMOS;
    if (signals->lost_90d > 0)
        return LOSSES;
    return signals->last_contact != RR_DAY_UNKNOWN && signals->last_contact <= facts->as_of ? CONTACT : NOTHING;
}

/* `올해 확정 딜 2건, 성사 가능성이 높은 딜 1건이 있습니다.` or, with a sequel, `... 1건이 있으며, ` */
static void tell_pipeline(struct pen *pen, const struct rr_account *account, bool ends) {
    if (account->confirmed_deals + account->expected_deals == 0) {
        add(pen, "올해 확정되었거나 성사 가능성이 높은 딜이 없");
        add(pen, ends ? "습니다." : "고, ");
        return;
    }
    add_count(pen, "올해 확정 딜 ", account->confirmed_deals);
    add_count(pen, "건, 성사 가능성이 높은 딜 ", account->expected_deals);
    if (account->amount_zero_deals > 0) {
        add_count(pen, "건이며 이 중 ", account->amount_zero_deals);
        add(pen, "건은 금액이 0원이거나 확인되지 않");
        add(pen, ends ? "습니다." : "고, ");
    } else {
        add(pen, ends ? "건이 있습니다." : "건이 있으며, ");
    }
}

/* `메모 12건 중 3건에서 예산 제약이 확인됩니다.` Of undated memos nobody knows that they are recent. */
static void tell_memos(struct pen *pen, const struct rr_card_facts *facts, const struct blockers *blockers,
                       enum rr_blocker first) {
    add_count(pen, "메모 ", facts->memo_count);
    add_count(pen, "건 중 ", blockers->memos[first]);
    add(pen, "건에서 ‘");
    add(pen, rr_phrase_blocker(first));
    add(pen, "’ 신호가 확인됩니다.");
}

/* A text of the CRM in a sentence: its beginning, and nothing that is no character. */
static void add_quoted(struct pen *pen, struct rr_slice text) {
    size_t at = 0;
    for (size_t chars = 0; at < text.len && chars < quoted_max_chars; chars++) {
        size_t len = rr_utf8_length(text.ptr + at, text.len - at);
        if (len == 0 || (unsigned char)text.ptr[at] < ' ')
            break;
        at += len;
    }
    add_bytes(pen, text.ptr, at);
    add(pen, at < text.len ? "…" : "");
}

/* `최근 90일 동안 딜 2건을 잃었습니다(가장 잦은 사유: 예산 부족).` */
static void tell_losses(struct pen *pen, const struct rr_signals *signals) {
    add_count(pen, "최근 90일 동안 딜 ", signals->lost_90d);
    add(pen, "건을 잃었습니다");
    if (signals->lost_reason_count > 0) {
        add(pen, "(가장 잦은 사유: ");
        add_quoted(pen, signals->lost_reasons[0]);
        add(pen, ")");
    }
    add(pen, ".");
}

static void tell_signals(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_card_facts *facts, const struct blockers *blockers,
                         enum rr_blocker first) {
    struct pen pen = pen_on(sentence);
    enum sequel sequel = sequel_of(facts, blockers, first);
    char day[RR_DAY_TEXT_SIZE];
    tell_pipeline(&pen, facts->row->account, sequel == NOTHING);
    switch (sequel) {
    case MEMOS:
        tell_memos(&pen, facts, blockers, first);
        break;
    case LOSSES:
        tell_losses(&pen, &facts->signals);
        break;
    case CONTACT:
        rr_day_text(facts->signals.last_contact, day);
        add(&pen, "최근 연락일은 ");
        add(&pen, day);
        add(&pen, "입니다.");
        break;
    case NOTHING:
        break;
    }
}

void rr_card_facts_of(struct rr_card_facts *facts, const struct rr_book *book, const struct rr_row *row) {
    const struct rr_account *account = row->account;
    *facts = (struct rr_card_facts){.row = row, .as_of = book->as_of, .mode = account->mode};
    rr_book_signals(book, account, &facts->signals);
    facts->memo_count = rr_memo_shelf_get(&book->memos, account->memos, facts->memos);
}

static struct blockers count_blockers(const struct rr_card_facts *facts) {
    struct blockers blockers = {{0}, {0}};
    for (uint32_t m = 0; m < facts->memo_count; m++)
        for (int b = RR_BUDGET; b < RR_BLOCKER_COUNT; b++) {
            blockers.mentions[b] += facts->memos[m]->finding.found[b];
            blockers.memos[b] += facts->memos[m]->finding.found[b] > 0;
        }
    return blockers;
}

/* rules.md D6: those that are mentioned most often; of a tie the first in the rules' order. How many they are. */
static int choose_blockers(enum rr_blocker chosen[RR_CARD_BLOCKERS_MAX], const struct blockers *blockers, bool pipeline_zero) {
    uint32_t left[RR_BLOCKER_COUNT];
    int count = 0;
    memcpy(left, blockers->mentions, sizeof left);
    while (count < RR_CARD_BLOCKERS_MAX && !pipeline_zero) {
        int most = RR_NO_PIPELINE;
        for (int b = RR_BUDGET; b < RR_BLOCKER_COUNT; b++)
            most = left[b] > left[most] ? b : most;
        if (most == RR_NO_PIPELINE)
            break;
        chosen[count++] = (enum rr_blocker)most;
        left[most] = 0;
    }
    if (count == 0)
        chosen[count++] = pipeline_zero ? RR_NO_PIPELINE : RR_FIT_UNCLEAR;
    return count;
}

/* The first thing for each blocker, then what else is to be done, up to three for the counterparties that need it most. Where
 * nothing is known to block, and the counterparty is on course, it needs no rescue. */
static void choose_actions(struct rr_card *card, const struct rr_card_facts *facts, const enum rr_blocker *chosen, int count,
                           bool known) {
    int wanted = card->level == RR_SEVERE ? 3 : 2, have = 0, course = 0;
    for (int i = 0; i < count && (known || card->level != RR_GOOD); i++)
        card->actions[have++] = rr_phrase_action(chosen[i], facts->mode, 0);
    if (have == 1 && known)
        card->actions[have++] = rr_phrase_action(chosen[0], facts->mode, 1);
    /* A pipeline that is empty has no deals to speed up. */
    course = chosen[0] == RR_NO_PIPELINE;
    while (have < wanted)
        card->actions[have++] = rr_phrase_course(card->level, facts->mode, course++);
    while (have < RR_CARD_ACTIONS_MAX)
        card->actions[have++] = NULL;
}

void rr_card_by_rule(struct rr_card *card, const struct rr_card_facts *facts) {
    const struct rr_row *row = facts->row;
    const struct blockers blockers = count_blockers(facts);
    enum rr_blocker chosen[RR_CARD_BLOCKERS_MAX];
    int count = choose_blockers(chosen, &blockers, row->risk.pipeline_zero);
    card->level = row->risk.level;
    for (int i = 0; i < RR_CARD_BLOCKERS_MAX; i++)
        card->blockers[i] = i < count ? rr_blocker_name(chosen[i]) : NULL;
    choose_actions(card, facts, chosen, count, row->risk.pipeline_zero || blockers.memos[chosen[0]] > 0);
    tell_amounts(card->evidence[0], row);
    tell_coverage(card->evidence[1], row, rr_day_month(facts->as_of));
    tell_signals(card->evidence[2], facts, &blockers, chosen[0]);
}
