#include "support.h"

#include "model/answer.h"

#include <stdio.h>
#include <string.h>

#define LEVEL    "\"risk_level\":\"심각\""
#define BLOCKERS "\"top_blockers\":[\"BUDGET\",\"NO_RESPONSE\"]"
#define EVIDENCE                                                                                                                                              \
    "\"evidence_bullets\":[\"목표 3.00억 원 대비 확정 1.20억 원입니다.\",\"커버리지 40%로 기준을 충족합니다.\",\"예산 검토가 " \
    "늦어지고 있습니다.\"]"
#define ACTIONS "\"recommended_actions\":[\"예산 일정을 확인합니다.\",\"담당자를 만납니다.\"]"

/* Of a row with a target of 3 억, 1.2 of it confirmed, and a memo. */
static const struct rr_figures figures = {.krw = {3e8, 1.2e8, 1.8e8, 0.456e8},
                                          .krw_count = 4,
                                          .percents = {40, 20, 7.777},
                                          .percent_count = 3,
                                          .told = RR_SLICE("{\"text\":\"예산 2.5억 확보, 할인 12.5% 요청, 11억\"}")},
                               no_pipeline = {.pipeline_zero = true,
                                              .krw = {3e8, 1.2e8},
                                              .krw_count = 2,
                                              .percents = {40},
                                              .percent_count = 1};

static int read_text(struct rr_answer *answer, const char *json, struct rr_err *err) {
    return rr_answer_read(answer, rr_slice_of(json), &figures, err);
}

static void a_card_is_read(void **state) {
    (void)state;
    struct rr_answer answer;
    struct rr_err err;
    assert_ok(read_text(&answer, " {" LEVEL "," BLOCKERS "," EVIDENCE "," ACTIONS "}\n", &err));
    assert_int_equal(answer.level, RR_SEVERE);
    assert_string_equal(answer.blockers[0], "BUDGET");
    assert_string_equal(answer.blockers[1], "NO_RESPONSE");
    assert_null(answer.blockers[2]);
    assert_string_equal(answer.evidence[1], "커버리지 40%로 기준을 충족합니다.");
    assert_string_equal(answer.actions[1], "담당자를 만납니다.");
    assert_string_equal(answer.actions[2], "");
}

/* Each is right but for one thing. */
static const char *const wrong_cards[] = {
    "",
    "{",
    "null",
    "[]",
    "{}",
    "```json\n{" LEVEL "," BLOCKERS "," EVIDENCE "," ACTIONS "}\n```",
    "{" LEVEL "," BLOCKERS "," EVIDENCE "," ACTIONS "} 이상입니다.",
    "{" LEVEL "," BLOCKERS "," EVIDENCE "," ACTIONS ",\"note\":\"\"}",
    "{" LEVEL "," LEVEL "," BLOCKERS "," EVIDENCE "," ACTIONS "}",
    "{" BLOCKERS "," EVIDENCE "," ACTIONS "}",
    "{\"risk_level\":\"위험\"," BLOCKERS "," EVIDENCE "," ACTIONS "}",
    "{\"risk_level\":1," BLOCKERS "," EVIDENCE "," ACTIONS "}",
    "{\"RISK_LEVEL\":\"심각\"," BLOCKERS "," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":\"BUDGET\"," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[\"SEND_MONEY\"]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[\"budget\"]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[null]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[\"BUDGET\",\"BUDGET\"]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[\"PIPELINE_ZERO\"]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL ",\"top_blockers\":[\"BUDGET\",\"COMPETITOR\",\"NO_RESPONSE\",\"PRICE_TERM\"]," EVIDENCE "," ACTIONS "}",
    "{" LEVEL "," BLOCKERS ",\"evidence_bullets\":[\"예산이 모자랍니다.\",\"결재가 늦어집니다.\"]," ACTIONS "}",
    "{" LEVEL "," BLOCKERS "," EVIDENCE ",\"recommended_actions\":[\"담당자를 만납니다.\"]}",
    "{" LEVEL "," BLOCKERS "," EVIDENCE ",\"recommended_actions\":{\"0\":\"담당자를 만납니다.\",\"1\":\"예산을 확인합니다.\"}}",
};

static void whatever_is_not_the_schema_is_refused(void **state) {
    (void)state;
    struct rr_answer answer;
    struct rr_err err;
    for (size_t i = 0; i < sizeof wrong_cards / sizeof wrong_cards[0]; i++) {
        if (read_text(&answer, wrong_cards[i], &err) == 0)
            fail_msg("taken: %s", wrong_cards[i]);
        assert_string_equal(rr_code_name(err.code), rr_code_name(RR_BROKEN));
    }
}

/* A card with the sentence as its second action. */
static int read_sentence(const char *sentence, struct rr_err *err) {
    char json[4096];
    struct rr_answer answer;
    snprintf(json, sizeof json, "%s%s\"]}",
             "{" LEVEL "," BLOCKERS "," EVIDENCE ",\"recommended_actions\":[\"예산 일정을 확인합니다.\",\"", sentence);
    return rr_answer_read(&answer, rr_slice_of(json), &figures, err);
}

static void plain_korean_is_taken(void **state) {
    (void)state;
    static const char *const good[] = {
        "목표 1,234.50억 원 대비 77%를 채웠습니다.",    "L&D 담당자와 1/4분기 일정(3~4월)을 협의합니다.",
        "'리더십 과정' 제안서를 No.2 안으로 바꿉니다.", "[온라인] AI 과정의 시범 운영을 제안합니다!",
        "三星 계열 → 전자 부문의 예산을 확인합니다…",   "“다음 달”까지 답이 없으면 다시 연락합니다: 팀장께.",
    };
    struct rr_err err;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (read_sentence(good[i], &err) != 0)
            fail_msg("refused: %s (%s)", good[i], err.message);
}

static void markup_links_and_rubbish_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "http://evil.example 에서 확인하십시오.",
        "//evil 에서 확인하십시오.",
        "evil.com에서 확인하십시오 바랍니다.",
        "www.evil 에서 확인하십시오.",
        "javascript 를 a.js 로 실행하십시오.",
        "[여기](누르십시오)에서 확인합니다.",
        "kim@example 에게 메일을 보냅니다.",
        "<b>오늘</b> 담당자를 만납니다.",
        "&lt;script&gt; 를 실행합니다; 바로.",
        "**오늘** 담당자를 만납니다.",
        "`오늘` 담당자를 만납니다.",
        "# 오늘 담당자를 만납니다.",
        "오늘_담당자를_만납니다.",
        "오늘 담당자를\\n만납니다.",
        "오늘 담당자를\\t만납니다.",
        "오늘 담당자를 만\\u0000납니다.",
        "오늘 담당자를 \\u202e만납니다.",
        "오늘 담당자를\\u200b 만납니다.",
        "오늘 담당자를\\ufeff 만납니다.",
        "오늘 담당자를\\u2028 만납니다.",
        "오늘 담당자를 만납니다 \xf0\x9f\x98\x80.",
        "오늘 담당자를 만납니다\\ud83d\\ude00.",
        " 오늘 담당자를 만납니다.",
        "오늘 담당자를 만납니다.\\u00a0",
        "Meet the person in charge today.",
        "만납니다.",
        "",
        "예산 일정을 확인합니다.",
    };
    struct rr_err err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_sentence(bad[i], &err) == 0)
            fail_msg("taken: %s", bad[i]);
}

static void a_sentence_has_120_characters_at_most(void **state) {
    (void)state;
    char sentence[RR_ANSWER_SENTENCE_SIZE + 3] = "";
    struct rr_err err;
    for (int i = 0; i < RR_ANSWER_SENTENCE_MAX; i++)
        memcpy(sentence + 3 * i, "가", 4);
    assert_ok(read_sentence(sentence, &err));
    memcpy(sentence + 3 * (size_t)RR_ANSWER_SENTENCE_MAX, "가", 4);
    assert_fails(read_sentence(sentence, &err), RR_BROKEN);
}

/* Only of evidence: what is to be done may have figures of its own. */
static void evidence_has_no_figures_but_the_rows(void **state) {
    (void)state;
    static const struct {
        const char *sentence;
        bool right;
    } cases[] = {
        {"목표 3억 원 대비 확정 1.20억 원입니다.", true},
        {"목표 3.1억 원에 미치지 못합니다.", false},
        {"부족분은 1.8 억 원입니다.", true},
        {"부족분은 18억 원입니다.", false},
        {"예상 금액은 0.46억 원입니다.", true},
        {"예상 금액은 0.45억 원입니다.", true},
        {"예상 금액은 0.47억 원입니다.", false},
        {"예상 금액은 1,200억 원입니다.", false},
        {"커버리지 40%로 기준을 넘었습니다.", true},
        {"커버리지 80%로 기준을 넘었습니다.", false},
        {"커버리지 7.77%에 그쳤습니다.", true},
        {"커버리지 7.8%에 그쳤습니다.", true},
        {"메모에 예산 2.5억 확보라고 합니다.", true},
        {"메모에 예산 5억 확보라고 합니다.", false},
        {"할인 12.5%를 요청했습니다.", true},
        {"할인 2.5%를 요청했습니다.", false},
        {"2026년 4월 3건의 딜이 있습니다.", true},
        {"그 밖의 딜은 5억입니다.", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_case(cases[i].sentence, rr_figures_agree(&figures, rr_slice_of(cases[i].sentence)), cases[i].right);
    struct rr_answer answer;
    struct rr_err err;
    assert_fails(read_text(&answer,
                           "{" LEVEL "," BLOCKERS
                           ",\"evidence_bullets\":[\"목표 9억 원입니다.\",\"예산이 모자랍니다.\",\"결재가 늦어집니다.\"]," ACTIONS
                           "}",
                           &err),
                 RR_BROKEN);
    assert_ok(read_sentence("담당자에게 15% 할인안을 제안합니다.", &err));
}

static void pipeline_zero_is_for_those_who_have_none(void **state) {
    (void)state;
    struct rr_answer answer;
    struct rr_err err;
    const struct rr_slice card = RR_SLICE("{" LEVEL ",\"top_blockers\":[\"PIPELINE_ZERO\"]," EVIDENCE "," ACTIONS "}");
    assert_ok(rr_answer_read(&answer, card, &no_pipeline, &err));
    assert_fails(rr_answer_read(&answer, card, &figures, &err), RR_BROKEN);
}

/* What is wrong is sent back to the model: it must not carry what a memo made the model say. */
static void a_problem_tells_nothing_of_the_answer(void **state) {
    (void)state;
    struct rr_answer answer;
    struct rr_err err;
    assert_int_equal(read_text(&answer, "{" LEVEL ",\"top_blockers\":[\"SEND_MONEY\"]," EVIDENCE "," ACTIONS "}", &err), -1);
    assert_null(strstr(err.message, "SEND_MONEY"));
    assert_int_equal(read_sentence("<b>오늘</b> 담당자를 만납니다.", &err), -1);
    assert_null(strstr(err.message, "오늘"));
}

static void the_text_of_a_completion_is_unpacked(void **state) {
    (void)state;
    struct rr_err err;
    struct rr_buf out = RR_BUF_INIT(100);
    assert_ok(rr_answer_unpack(rr_slice_of("{\"choices\":[{\"message\":{\"content\":\"a\\nb\"}},{}]}"), &out, &err));
    assert_string_equal(out.ptr, "a\nb");
    static const char *const wrong[] = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[{}]}",
        "{\"choices\":{\"message\":1}}",
        "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"no\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":[\"a\"]}}]}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_fails(rr_answer_unpack(rr_slice_of(wrong[i]), &out, &err), RR_BROKEN);
    rr_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_read),
        cmocka_unit_test(whatever_is_not_the_schema_is_refused),
        cmocka_unit_test(plain_korean_is_taken),
        cmocka_unit_test(markup_links_and_rubbish_are_refused),
        cmocka_unit_test(a_sentence_has_120_characters_at_most),
        cmocka_unit_test(evidence_has_no_figures_but_the_rows),
        cmocka_unit_test(pipeline_zero_is_for_those_who_have_none),
        cmocka_unit_test(a_problem_tells_nothing_of_the_answer),
        cmocka_unit_test(the_text_of_a_completion_is_unpacked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
