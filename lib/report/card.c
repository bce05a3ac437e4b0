#include "report/card.h"

#include <math.h>
#include <stdio.h>

enum { EOK_TEXT_SIZE = 48 };

/* KRW in 억, to the million, or finer where that would read as nothing. */
static void eok_text(double krw, char text[EOK_TEXT_SIZE]) {
    double eok = krw / 1e8;
    snprintf(text, EOK_TEXT_SIZE, eok != 0 && fabs(eok) < 0.01 ? "%.4f억 원" : "%.2f억 원", eok);
}

/* A ratio in percent, cut off rather than rounded: 19.996 % must not read as having reached 20 %. */
static double percent_of(double ratio) {
    return floor(ratio * 1e4) / 1e2;
}

static void tell_amounts(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row) {
    char target[EOK_TEXT_SIZE], confirmed[EOK_TEXT_SIZE], expected[EOK_TEXT_SIZE], gap[EOK_TEXT_SIZE];
    eok_text(row->risk.target_krw, target);
    eok_text((double)row->account->confirmed_krw, confirmed);
    eok_text((double)row->account->expected_krw, expected);
    eok_text(fabs(row->risk.gap_krw), gap);
    const char *format = !row->risk.has_ratio ? "올해 목표 %s(전년 확정 실적 없음), 확정 %s, 예상 %s, 목표 초과분 %s입니다."
                         : row->risk.gap_krw > 0 ? "올해 목표 %s 대비 확정 %s, 예상 %s으로 부족분은 %s입니다."
                                                 : "올해 목표 %s 대비 확정 %s, 예상 %s으로 목표 초과분은 %s입니다.";
    snprintf(sentence, RR_CARD_SENTENCE_MAX, format, target, confirmed, expected, gap);
}

static void tell_coverage(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row, int month) {
    const struct rr_risk *risk = &row->risk;
    double ratio = percent_of(risk->ratio), least = risk->min_coverage * 100, severe = risk->severe_threshold * 100;
    if (!risk->has_ratio)
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "올해 목표가 0원이므로 %d월 최소 커버리지 기준을 적용하지 않습니다.", month);
    else if (risk->ratio < risk->severe_threshold)
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "커버리지 %.2f%%로 %d월 최소 기준 %.0f%%의 절반인 %.1f%%에도 미치지 못합니다.",
                 ratio, month, least, severe);
    else if (risk->ratio < risk->min_coverage)
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "커버리지 %.2f%%로 %d월 최소 기준 %.0f%%에 미치지 못합니다.", ratio, month,
                 least);
    else
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "커버리지 %.2f%%로 %d월 최소 기준 %.0f%%를 충족합니다.", ratio, month, least);
}

static void tell_pipeline(char sentence[RR_CARD_SENTENCE_MAX], const struct rr_row *row) {
    const struct rr_account *account = row->account;
    if (account->confirmed_deals + account->expected_deals == 0)
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "올해 확정되었거나 성사 가능성이 높은 딜이 없습니다.");
    else if (account->amount_zero_deals > 0)
        snprintf(sentence, RR_CARD_SENTENCE_MAX,
                 "올해 확정 딜 %u건, 성사 가능성이 높은 딜 %u건이며 이 중 %u건은 금액이 확인되지 않습니다.",
                 account->confirmed_deals, account->expected_deals, account->amount_zero_deals);
    else
        snprintf(sentence, RR_CARD_SENTENCE_MAX, "올해 확정 딜 %u건, 성사 가능성이 높은 딜 %u건이 있습니다.",
                 account->confirmed_deals, account->expected_deals);
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

void rr_card_by_rule(struct rr_card *card, const struct rr_row *row, int month) {
    *card = (struct rr_card){.level = row->risk.level};
    const struct advice *advice = row->risk.pipeline_zero ? &pipeline_zero : &fit_unclear;
    card->blockers[0] = advice->blocker;
    for (int i = 0; i < RR_CARD_ACTIONS_MAX; i++)
        card->actions[i] = advice->actions[card->level][i];
    tell_amounts(card->evidence[0], row);
    tell_coverage(card->evidence[1], row, month);
    tell_pipeline(card->evidence[2], row);
}
