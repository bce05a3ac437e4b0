/* What memos say of blockers (rules.md D6), against sentences that were labelled: tests/fixtures/memos*.tsv. docs/cards.md says
 * how each set did when it was new, and how it does now. */
#include "support.h"

#include "report/expression.h"
#include "report/outline.h"
#include "report/sense.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rr_vocabulary vocabulary;
static struct rr_words words;

static int open_vocabulary(void **state) {
    (void)state;
    struct rr_err err;
    assert_ok(rr_vocabulary_open(&vocabulary, rr_vocabulary_text, &err));
    assert_ok(rr_words_open(&words, &vocabulary, &err));
    return 0;
}

static int close_vocabulary(void **state) {
    (void)state;
    rr_words_close(&words);
    rr_vocabulary_close(&vocabulary);
    return 0;
}

/* The labels of a set: a bit each. */
static unsigned sensed(const char *text, enum rr_blocker *first) {
    uint8_t found[RR_BLOCKER_COUNT] = {0};
    unsigned labels = 0;
    rr_sense(&words, rr_slice_of(text), found);
    *first = RR_NO_PIPELINE;
    for (int label = RR_BUDGET; label < RR_BLOCKER_COUNT; label++) {
        labels |= found[label] > 0 ? 1U << label : 0;
        if (found[label] > found[*first])
            *first = (enum rr_blocker)label;
    }
    return labels;
}

static enum rr_blocker label_named(const char *name) {
    int label = RR_NO_PIPELINE;
    while (label < RR_BLOCKER_COUNT && strcmp(rr_blocker_name((enum rr_blocker)label), name) != 0)
        label++;
    assert_in_range(label, RR_BUDGET, RR_BLOCKER_COUNT - 1);
    return (enum rr_blocker)label;
}

/* `BUDGET,PRICE_TERM`, or `-`. */
static unsigned labels_named(char *names, enum rr_blocker *first) {
    unsigned labels = 0;
    char *rest = NULL;
    *first = RR_NO_PIPELINE;
    if (strcmp(names, "-") == 0)
        return 0;
    for (char *name = strtok_r(names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        enum rr_blocker label = label_named(name);
        *first = labels == 0 ? label : *first;
        labels |= 1U << label;
    }
    return labels;
}

struct tally {
    int sentences, first_right, found, wanted, right;
};

static int bits(unsigned labels) {
    return __builtin_popcount(labels);
}

static void judge(char *line, struct tally *tally) {
    char *text = strchr(line, '\t');
    assert_non_null(text);
    *text++ = '\0';
    enum rr_blocker want_first, first;
    char names[100];
    snprintf(names, sizeof names, "%s", line);
    unsigned want = labels_named(line, &want_first), have = sensed(text, &first);
    tally->sentences++;
    tally->first_right += first == want_first;
    tally->found += bits(have);
    tally->wanted += bits(want);
    tally->right += bits(have & want);
    if (first != want_first || have != want)
        printf("# %s %s first, wants %s: %s\n", first == want_first ? "more or fewer, but" : "WRONG,",
               first == RR_NO_PIPELINE ? "none" : rr_blocker_name(first), names, text);
}

static struct tally judge_set(const char *name) {
    struct tally tally = {0};
    char *text = test_read_file(test_path("tests/fixtures", name)), *rest = NULL;
    assert_non_null(text);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        if (line[0] != '#')
            judge(line, &tally);
    free(text);
    printf("# %s: %d sentences, first blocker right %.3f, precision %.3f, recall %.3f\n", name, tally.sentences,
           1.0 * tally.first_right / tally.sentences, 1.0 * tally.right / tally.found, 1.0 * tally.right / tally.wanted);
    return tally;
}

static void each_set_is_understood(void **state) {
    static const int last_set = 165;
    (void)state;
    int sentences = 0;
    for (int set = 1; set <= last_set; set++) {
        char name[40];
        snprintf(name, sizeof name, set == 1 ? "memos.tsv" : set == 2 ? "memos_unseen.tsv" : "memos_%d.tsv", set);
        struct tally tally = judge_set(name);
        sentences += tally.sentences;
        assert_true(tally.first_right * 100 >= tally.sentences * 95);
        assert_true(tally.right * 10 >= tally.found * 9 && tally.right * 10 >= tally.wanted * 9);
    }
    assert_true(sentences >= 33000);
}

/* Each line: what is right, and what it is. */
static void assert_labels(const char *label, const char *text) {
    enum rr_blocker first;
    unsigned labels = sensed(text, &first);
    bool right = *label == '-' ? labels == 0 : labels == 1U << label_named(label);
    if (!right)
        print_error("%s is not %s\n", text, label);
    assert_true(right);
}

static void spacing_makes_no_difference(void **state) {
    (void)state;
    assert_labels("DECISION_MAKER", "의사결정 지연");
    assert_labels("DECISION_MAKER", "의사 결정 지연");
    assert_labels("DECISION_MAKER", "의사 결정지연");
    assert_labels("BUDGET", "예산동결");
    assert_labels("BUDGET", "예산이　동결"); /* an ideographic space */
    assert_labels("BUDGET", "BUDGET FREEZE");
    assert_labels("BUDGET", "budget-freeze");
}

static void the_end_of_a_word_is_open(void **state) {
    (void)state;
    assert_labels("LOW_PRIORITY", "우선순위 밀려");
    assert_labels("LOW_PRIORITY", "우선순위 밀렸다고 함");
    assert_labels("BUDGET", "예산이 떨어졌다고 함");
    assert_labels("BUDGET", "예산이 떨어진 상태");
    assert_labels("-", "대기업 담당자와 점심"); /* 대기 */
}

static void what_is_denied_settled_asked_or_supposed_blocks_nothing(void **state) {
    (void)state;
    assert_labels("-", "예산 확보 완료");
    assert_labels("BUDGET", "예산 확보 미완료");
    assert_labels("BUDGET", "예산이 확보되지 않음");
    assert_labels("-", "경쟁사 없음");
    assert_labels("-", "예산은 얼마나 되는지 문의");
    assert_labels("-", "예산 부족한가요?");
    assert_labels("-", "예산이 부족하면 연락 주신다고 함");
    assert_labels("APPROVAL_DELAY", "예산은 확보됐지만 결재가 지연됨");
    assert_labels("-", "비싸다고 했지만 계약하기로 함");
    assert_labels("-", "");
    assert_labels("-", "\xff\xfe 식사 \xed\xa0\x80");
    assert_labels("BUDGET", "\xff\xfe 예산 부족 \xed\xa0\x80");
}

/* The rules of docs/cards.md, one by one. */
static void each_rule_has_its_say(void **state) {
    static const struct {
        const char *label, *text;
    } rules[] = {
        {"DECISION_MAKER", "팀장님이 반대하심"},
        {"DECISION_MAKER", "본부장님이 교육 효과에 회의적임"},
        {"DECISION_MAKER", "공장장이 외부 강사를 들이는 것에 반대함"},
        {"BUDGET", "예산은 팀장님이 부족하다고 하심"},
        {"APPROVAL_DELAY", "품의가 아직 팀장 책상 위에 있음"},
        {"-", "답변이 늦었지만 긍정적으로 왔음"},
        {"-", "처음엔 비싸다고 했었음"},
        {"-", "결재가 막혔던 건 다 풀림"},
        {"BUDGET", "일정이 아니라 예산이 부족함"},
        {"BUDGET", "예산에 대한 우려가 없지 않다"},
        {"PRICE_TERM", "안 비싼 건 아니다"},
        {"-", "비싸다고 함. 그래도 우리랑 하기로 함"},
        {"BUDGET", "예산은 없지만 반응은 긍정적"},
        {"-", "위약금 관련 자료를 전달함"},
        {"BUDGET", "예산이 안 나오면 어렵다고 함"},
        {"PRICE_TERM", "비싸서 못 한다고 함"},
        {"SCHEDULE_RESOURCE", "postponed because of low registration"},
        {"BUDGET", "예산이 부족해서 일정을 미룸"},
        {"APPROVAL_DELAY", "결재 지연으로 개강이 연기됨"},
        {"BUDGET", "예산 사용 승인이 보류됨"},
        {"BUDGET", "예산은 과정 규모를 줄여야 함"},
        {"APPROVAL_DELAY", "결재를 부장님이 반려"},
        {"COMPETITOR", "타사와 미팅이 잡힘"},
        {"LOW_PRIORITY", "미루기로 정리됨"},
        {"-", "they chose us over Udemy"},
        {"LOW_PRIORITY", "이번 과정은 보류하기로 함"},
        {"FIT_UNCLEAR", "몰입이 안 된다는 우려"},
        {"-", "가격이 비싸다는 말은 나오지 않음"},
        {"-", "예산 삭감 계획은 없다고 함"},
        {"-", "경쟁사는 검토하고 있지 않다고 함"},
        {"COMPETITOR", "다른 업체가 이번 입찰에서 우선협상대상자로 선정됨"},
        {"PRICE_TERM", "할인율 이견으로 계약이 성사되지 않음"},
        {"APPROVAL_DELAY", "Approval from headquarters is pending"},
        {"BUDGET", "Budget for the executive seminar was cut"},
        {"BUDGET", "Feedback on the class came in and the budget is missing"},
        {"APPROVAL_DELAY", "심사가 끝나지 않아 계약을 체결할 수 없다고 함"},
        {"-", "온라인과 오프라인 중 고민했는데 혼합 방식으로 결정하셨음"},
        {"NO_RESPONSE", "의료기기 S사, 견적 송부, 피드백 못 받음"},
        {"COMPETITOR", "S사와 비교하고 있다고 함"},
        {"BUDGET", "예산이 안잡혔다고 함"},
        {"-", "예산 안내 메일 발송"},
        {"BUDGET", "예산 동결, 내년에 재논의"},
        {"COMPETITOR", "멀티캠퍼스로 최종 선정됐다고 함"},
        {"-", "강의 품질 문제는 강사 교체로 해결됨"},
        {"-", "경쟁사와 비교하고 있지는 않다고 함"},
        {"-", "예산이 부족한 상황은 아님"},
        {"-", "타 업체를 검토할 계획이 없다고 함"},
        {"-", "자체 교육으로 전환할 의사가 없다고 답함"},
        {"-", "교육비가 비싸다고 생각하지 않음"},
        {"-", "가격에 이견이 있었으나 인원 조정으로 합의됨"},
        {"NO_RESPONSE", "메일 답장이 2주째 없어 제안 건 중단 상태"},
        {"FIT_UNCLEAR", "교육 니즈가 정리가 안 돼서 과정 설계 보류"},
        {"-", "담당자 변경됐으나 후임도 과정 진행에 적극적임"},
        {"SCHEDULE_RESOURCE", "No training room is available, so the class is postponed"},
        {"-", "강의실 부족 문제는 옆 건물 대강당을 쓰기로 해서 해결됨"},
        {"SCHEDULE_RESOURCE", "postponed because the team has no people for it"},
        {"PRICE_TERM", "가격이 부담스럽다고 하여 계약이 멈춰 있음"},
        {"-", "내용이 어렵다는 의견은 한 명도 없었음"},
        {"FIT_UNCLEAR", "콘텐츠 품질이 기대에 미치지 못한다고 함"},
        {"BUDGET", "교육 예산 자체가 편성되어 있지 않음"},
        {"-", "품의가 올라갔다고 들음. 당일에 결재까지 끝남"},
        {"-", "시스템 장애가 있었음. 30분 만에 복구돼 지금은 정상임"},
        {"BUDGET", "교육 예산 미배정. 배정되면 바로 진행"},
        {"SCHEDULE_RESOURCE", "시스템 장애가 있음. 아직 복구되지 않음"},
        {"BUDGET", "예산이 부족하다고 함. 유선으로 확인 완료"},
        {"-", "강의실이 없었음. 드디어 확정 완료"},
        {"BUDGET", "예산이 부족하다고 함. 교육 일정은 확정됨"},
        {"BUDGET", "예산이 부족하다고 함. 바로 승낙, 강의실은 예약함"},
        {"BUDGET", "바로 승낙. 예산이 부족하다고 함. 오늘은 여기까지"},
        {"BUDGET", "예산이 부족하다고 함. 무척 긍정적임"},
        {"DECISION_MAKER", "상무가 계열사로 이동함. 후임 상무를 파악하는 중"},
        {"COMPETITOR", "S사가 유력: 다음 주 통보"},
        {"COMPETITOR", "S사 제안을 먼저 받아 보고 나서 우리 제안서를 볼 생각이라고 하심: 다음 주"},
        {"-", "예산이 부족했음. 추경으로 확보 완료"},
        {"APPROVAL_DELAY", "결재가 지연됨. 승인이 나면 진행"},
        {"DECISION_MAKER", "팀장님이 반대하심. 담당자는 긍정적임"},
        {"PRICE_TERM", "레미콘 F사 계약: 가격 인하 요구가 계속됨"},
        {"LOW_PRIORITY", "급하지 않으니 내년 초에 생각하겠다고 함"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        assert_labels(rules[i].label, rules[i].text);
}

/* A longer memo than any has room for more words than are kept; those beyond are not read. */
static void a_memo_of_rubbish_takes_no_harm(void **state) {
    (void)state;
    static char text[4000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, i % 2 == 0 ? "안" : "예", 3);
    uint8_t found[RR_BLOCKER_COUNT] = {0};
    rr_sense(&words, rr_slice_of(text), found);
    memset(text, '?', sizeof text - 1);
    rr_sense(&words, rr_slice_of(text), found);
    for (int label = 0; label < RR_BLOCKER_COUNT; label++)
        assert_int_equal(found[label], 0);
}

/* As much as may stand where a term has a space or ~; a particle is not behind the end of a word, nor in front of English. */
static const char *filling_of(const char *mark, bool behind_word) {
    if (mark[1] == ' ' || mark[1] == '~')
        return "";
    if (*mark == '~')
        return " 나다라마바사아자차카타";
    if ((mark[1] >= 'a' && mark[1] <= 'z') || (mark[1] >= '0' && mark[1] <= '9'))
        return "  ";
    return behind_word ? "   " : "으로   ";
}

/* What a term stands for: of each choice the which-th, or the last that there is. */
static size_t word_term(const struct rr_term *term, size_t which, bool filled, char out[4 * RR_TERM_MAX_BYTES]) {
    char all[RR_TERM_MAX_BYTES + 1];
    size_t len = 0;
    all[rr_term_join(term, all)] = '\0';
    for (const char *c = all; *c != '\0'; c++) {
        if (*c == '(')
            for (size_t i = 0; i < which && c[1 + strcspn(c + 1, "/)")] == '/'; i++)
                c += 1 + strcspn(c + 1, "/)");
        else if (*c == '/')
            c += strcspn(c, ")");
        else if (*c == '~' || *c == ' ')
            len += (size_t)sprintf(out + len, "%s", filled ? filling_of(c, memchr(all, '|', (size_t)(c - all)) != NULL) : " ");
        else if (*c != ')' && *c != '|')
            out[len++] = *c;
    }
    return len;
}

static bool fits(const struct rr_buf *outline, struct rr_slice text) {
    static struct rr_letter letters[4 * RR_TERM_MAX_BYTES];
    struct rr_sight sight;
    rr_sight_take(&sight, letters, rr_letters_read(text, letters));
    sight.at = 1;
    return rr_outline_fits((const uint16_t *)(const void *)outline->ptr, &sight);
}

/* Is it found in all that it stands for, and not passed over because of its outline? */
static void assert_found(const struct rr_term *term, bool filled) {
    struct rr_buf expression = RR_BUF_INIT(SIZE_MAX / 8), outline = RR_BUF_INIT(SIZE_MAX / 8);
    struct rr_pattern *pattern = NULL;
    struct rr_search *search = NULL;
    struct rr_err err;
    char text[4 * RR_TERM_MAX_BYTES];
    rr_expression_write(&expression, term);
    rr_outline_add(&outline, term);
    assert_ok(rr_pattern_compile_text(&pattern, expression.ptr, &err));
    assert_ok(rr_search_open(&search, &err));
    for (size_t which = 0; which < 40; which++) {
        const struct rr_slice worded = {text, word_term(term, which, filled, text)};
        struct rr_hit hit;
        bool found = rr_search_next(search, pattern, worded, 0, &hit) == 1 && fits(&outline, worded);
        if (!found)
            print_error("%.*s is not found by %s\n", (int)worded.len, worded.ptr, expression.ptr);
        assert_true(found);
    }
    rr_search_close(&search);
    rr_pattern_free(&pattern);
    rr_buf_free(&expression);
    rr_buf_free(&outline);
}

static void every_term_is_found(void **state) {
    (void)state;
    struct rr_terms *terms = calloc(1, sizeof *terms);
    struct rr_err err;
    assert_non_null(terms);
    assert_ok(rr_terms_read(terms, rr_slice_of(rr_vocabulary_text), &err));
    assert_true(terms->count > 1000);
    for (uint32_t i = 0; i < terms->count; i++)
        for (int filled = 0; filled < 2; filled++)
            assert_found(&terms->items[i], filled == 1);
    free(terms);
}

static bool outline_fits(const char *vocabulary_text, const char *text) {
    static struct rr_terms terms;
    struct rr_buf outline = RR_BUF_INIT(SIZE_MAX / 8);
    struct rr_err err;
    terms.count = 0;
    assert_ok(rr_terms_read(&terms, rr_slice_of(vocabulary_text), &err));
    rr_outline_add(&outline, &terms.items[0]);
    bool fitting = fits(&outline, rr_slice_of(text));
    rr_buf_free(&outline);
    return fitting;
}

/* Else patterns would be compiled, and tried, for nothing. */
static void an_outline_fits_little_else(void **state) {
    static const char choice[] = "[문제]\n교육 (접/미루기로) 함\n", words_between[] = "[문제]\n예산~ 없\n";
    (void)state;
    assert_true(outline_fits(choice, "교육을 접었다고 함"));
    assert_true(outline_fits(choice, "교육은 미루기로 함"));
    assert_false(outline_fits(choice, "교육은 미루지 않기로 함"));
    assert_false(outline_fits(choice, "교육 함을 접"));
    assert_false(outline_fits(choice, "교육 접"));
    assert_true(outline_fits(words_between, "예산이 지금 전혀 없다"));
    assert_false(outline_fits(words_between, "예산을 어디에서도 구할 데가 도무지 없다"));
    assert_false(outline_fits(words_between, "예산이 어디 있음"));
    assert_false(outline_fits(words_between, "예산"));
}

static void assert_words(const char *vocabulary_text, const char *text, const char *wanted) {
    struct rr_vocabulary own;
    struct rr_words own_words;
    struct rr_word word;
    struct rr_err err;
    char found[200] = "";
    assert_ok(rr_vocabulary_open(&own, vocabulary_text, &err));
    assert_ok(rr_words_open(&own_words, &own, &err));
    rr_words_begin(&own_words, rr_slice_of(text));
    while (rr_words_next(&own_words, &word))
        snprintf(found + strlen(found), sizeof found - strlen(found), "%d:%.*s|", (int)word.kind, (int)(word.end - word.begin),
                 text + word.begin);
    assert_false(own_words.failed);
    assert_string_equal(found, wanted);
    rr_words_close(&own_words);
    rr_vocabulary_close(&own);
}

/* However far from its beginning a term stands. */
static void a_long_clause_hides_nothing(void **state) {
    (void)state;
    static char text[4000];
    for (size_t letters = 0; letters < 400; letters++) {
        size_t len = 0;
        for (size_t i = 0; i < letters; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, i % 7 == 6 ? " " : "뷁");
        snprintf(text + len, sizeof text - len, " 예산이 나오면 그때 다시 한번 연락");
        assert_words("[문제]\n예산~ (나오면/되면)~ (연락/검토)\n", text, "5:예산이 나오면 그때 다시 한번 연락|");
    }
}

/* Of terms that begin alike the longest is found, one with ~ before all others; a choice is as long as its longest. */
static void the_longest_term_is_found(void **state) {
    (void)state;
    assert_words("[문제]\n부족, 부족 심각\n", "부족 심각, 부족함", "5:부족 심각|15:,|5:부족|");
    assert_words("[문제]\n예산~ 없\n[해결]\n예산 완전 확보\n", "예산 완전 확보 없이, 예산 완전 확보",
                 "5:예산 완전 확보 없|15:,|6:예산 완전 확보|");
    assert_words("[문제]\n(법무/감사) (검토/실사)\n[해결]\n법무 검토됨\n", "법무 검토됨, 감사실사",
                 "6:법무 검토됨|15:,|5:감사실사|");
    assert_words("[문제]\nle café plein\n", "LE CAFÉ PLEIN", "5:LE CAFÉ PLEIN|");
    assert_words("[문제]\n가, |나|, 다|\n", "가가 나 가나 다라 다", "5:가|5:가|5:나|5:가|5:다|");
}

static void assert_refused(const char *text, const char *message) {
    struct rr_vocabulary wrong;
    struct rr_err err;
    assert_int_equal(rr_vocabulary_open(&wrong, text, &err), -1);
    assert_int_equal(err.code, RR_PIPELINE_FAILED);
    assert_string_equal(err.message, message);
    rr_vocabulary_close(&wrong);
}

static void a_line_that_is_wrong_is_named(void **state) {
    (void)state;
    assert_refused("[BUDGET]\n예산\n[예산]\n", "line 3 of the vocabulary cannot be read");
    assert_refused("예산\n", "line 1 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산 (동결/삭감\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산 (동결/(삭감/축소))\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n(예산|/비용)이 없\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산이 (얼마|얼마나) 안\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산/비용 없\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산~ 더~ 이상~ 더~ 이상~ 없\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산. 동결\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[BUDGET]\n예산, ~부족\n", "line 2 of the vocabulary cannot be read");
    assert_refused("[PIPELINE_ZERO]\n없음\n", "line 1 of the vocabulary cannot be read");
    assert_refused("# nothing\n", "the vocabulary has no term");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_set_is_understood),
        cmocka_unit_test(spacing_makes_no_difference),
        cmocka_unit_test(the_end_of_a_word_is_open),
        cmocka_unit_test(what_is_denied_settled_asked_or_supposed_blocks_nothing),
        cmocka_unit_test(each_rule_has_its_say),
        cmocka_unit_test(a_memo_of_rubbish_takes_no_harm),
        cmocka_unit_test(every_term_is_found),
        cmocka_unit_test(the_longest_term_is_found),
        cmocka_unit_test(an_outline_fits_little_else),
        cmocka_unit_test(a_long_clause_hides_nothing),
        cmocka_unit_test(a_line_that_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, open_vocabulary, close_vocabulary);
}
