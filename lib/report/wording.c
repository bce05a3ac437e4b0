#include "report/wording.h"

#include <string.h>

bool rr_begins_with(struct rr_slice text, struct rr_slice with) {
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

bool rr_ends_with(struct rr_slice text, struct rr_slice with) {
    return text.len >= with.len && memcmp(text.ptr + text.len - with.len, with.ptr, with.len) == 0;
}

bool rr_holds(struct rr_slice text, struct rr_slice what) {
    return memmem(text.ptr, text.len, what.ptr, what.len) != NULL;
}

static bool any(bool (*is)(struct rr_slice text, struct rr_slice word), struct rr_slice text, const struct rr_slice *words,
                size_t count) {
    for (size_t i = 0; i < count; i++)
        if (is(text, words[i]))
            return true;
    return false;
}

bool rr_begins_with_any(struct rr_slice text, const struct rr_slice *starts, size_t count) {
    return any(rr_begins_with, text, starts, count);
}

bool rr_ends_with_any(struct rr_slice text, const struct rr_slice *ends, size_t count) {
    return any(rr_ends_with, text, ends, count);
}

bool rr_holds_any(struct rr_slice text, const struct rr_slice *words, size_t count) {
    return any(rr_holds, text, words, count);
}

bool rr_is_any(struct rr_slice text, const struct rr_slice *words, size_t count) {
    return any(rr_slice_equal, text, words, count);
}

bool rr_is_solution(struct rr_slice text) {
    static const struct rr_slice words[] = {RR_SLICE("해결"),     RR_SLICE("해소"),    RR_SLICE("합의"),   RR_SLICE("타결"),
                                            RR_SLICE("resolved"), RR_SLICE("settled"), RR_SLICE("solved"), RR_SLICE("sorted")};
    return rr_begins_with_any(text, words, sizeof words / sizeof words[0]);
}

bool rr_is_routine(struct rr_slice text) {
    static const struct rr_slice words[] = {RR_SLICE("완료"), RR_SLICE("확인"), RR_SLICE("처리"), RR_SLICE("파악"),
                                            RR_SLICE("done")};
    return rr_begins_with_any(text, words, sizeof words / sizeof words[0]);
}

bool rr_joins(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE("과"),   RR_SLICE("와"),  RR_SLICE("및"),
                                            RR_SLICE("하고"), RR_SLICE("and"), RR_SLICE("&")};
    return rr_is_any(rr_slice_trim(between), words, sizeof words / sizeof words[0]);
}

/* Do they say so and go on to what follows from it: 부담된다고 + 과정을 줄이자고? Not where they only say so: 없다고 하고. */
static bool is_said(struct rr_slice between) {
    static const struct rr_slice says[] = {RR_SLICE("하"), RR_SLICE("함"), RR_SLICE("해"), RR_SLICE("했"), RR_SLICE("말"),
                                           RR_SLICE("들"), RR_SLICE("전"), RR_SLICE("답"), RR_SLICE("연"), RR_SLICE("한")};
    static const struct rr_slice therefore[] = {RR_SLICE("하여"), RR_SLICE("해서"), RR_SLICE("하니")};
    const struct rr_slice that = RR_SLICE("다고 ");
    const char *at = memmem(between.ptr, between.len, that.ptr, that.len);
    if (at == NULL)
        return false;
    const char *from = at + that.len;
    const struct rr_slice rest = {from, between.len - (size_t)(from - between.ptr)};
    return rr_begins_with_any(rest, therefore, sizeof therefore / sizeof therefore[0]) ||
           !rr_begins_with_any(rest, says, sizeof says / sizeof says[0]);
}

bool rr_is_because(struct rr_slice between) {
    static const struct rr_slice starts[] = {RR_SLICE("로 "), RR_SLICE("으로 "), RR_SLICE("로, "), RR_SLICE("으로, "),
                                             RR_SLICE("서 ")}; /* 예산 부족 + 으로 */
    static const struct rr_slice words[] = {
        RR_SLICE("서, "),   RR_SLICE("다 보니"), RR_SLICE("다보니"), RR_SLICE("나와 "),    RR_SLICE("있어 "),  RR_SLICE("있어, "),
        RR_SLICE("없어 "),  RR_SLICE("않아 "),   RR_SLICE("바람에"), RR_SLICE("차원에서"), RR_SLICE("때문에"), RR_SLICE("탓에"),
        RR_SLICE("탓으로"), RR_SLICE("관계로"),  RR_SLICE("인해"),   RR_SLICE("느라"),     RR_SLICE("여파로"), RR_SLICE(", so ")};
    bool because = rr_begins_with_any(between, starts, sizeof starts / sizeof starts[0]) ||
                   rr_holds_any(between, words, sizeof words / sizeof words[0]);
    for (size_t i = 3; i + 4 <= between.len; i++) /* 비싸서, but not 본사에서 */
        because |= memcmp(between.ptr + i, "서 ", 4) == 0 && memcmp(between.ptr + i - 3, "에", 3) != 0;
    return because || is_said(between);
}

struct rr_slice rr_with_ending(struct rr_slice word, struct rr_slice between) {
    size_t end = 0;
    while (end < between.len && between.ptr[end] != ' ' && between.ptr[end] != ',')
        end++;
    return (struct rr_slice){word.ptr, end == between.len ? 0 : (size_t)(between.ptr + end - word.ptr)};
}

bool rr_is_because_of(struct rr_slice word) {
    static const struct rr_slice ends[] = {RR_SLICE("서"), RR_SLICE("라"), RR_SLICE("니"), RR_SLICE("므로"), RR_SLICE("려"),
                                           RR_SLICE("여"), RR_SLICE("해"), RR_SLICE("혀"), RR_SLICE("져"),   RR_SLICE("어"),
                                           RR_SLICE("아"), RR_SLICE("빠"), RR_SLICE("워"), RR_SLICE("돼"),   RR_SLICE("겨"),
                                           RR_SLICE("쳐"), RR_SLICE("켜"), RR_SLICE("춰"), RR_SLICE("며")};
    static const struct rr_slice nouns[] = {RR_SLICE("반려"), RR_SLICE("우려"), RR_SLICE("염려"),
                                            RR_SLICE("손해"), RR_SLICE("피해"), RR_SLICE("오해")};
    if (rr_ends_with_any(word, nouns, sizeof nouns / sizeof nouns[0]))
        return false;
    return rr_ends_with_any(word, ends, sizeof ends / sizeof ends[0]);
}

bool rr_is_condition_of(struct rr_slice word) {
    static const struct rr_slice ends = RR_SLICE("면");
    return rr_ends_with(word, ends);
}

bool rr_is_time(struct rr_slice text) {
    static const struct rr_slice times[] = {RR_SLICE("시간"), RR_SLICE("기간"), RR_SLICE("날짜")};
    return rr_is_any(text, times, sizeof times / sizeof times[0]);
}

bool rr_denies_as_such(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE(" 건 "),     RR_SLICE(" 것"),      RR_SLICE(" 게 "),  RR_SLICE("다고는"),
                                            RR_SLICE("다고만은"), RR_SLICE("진 "),      RR_SLICE("어 있"), RR_SLICE("돼 있"),
                                            RR_SLICE(" 상황"),    RR_SLICE(" 상태"),    RR_SLICE(" 편"),   RR_SLICE("고 있"),
                                            RR_SLICE(" 과제"),    RR_SLICE("다고 생각")};
    return rr_holds_any(between, words, sizeof words / sizeof words[0]);
}

bool rr_is_talk(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE("이야기"), RR_SLICE("얘기"),   RR_SLICE(" 말은"),  RR_SLICE(" 말이"),
                                            RR_SLICE(" 말도"),  RR_SLICE("말씀"),   RR_SLICE("언급"),   RR_SLICE("지적"),
                                            RR_SLICE("의견은"), RR_SLICE("의견도"), RR_SLICE("소식"),   RR_SLICE("기미"),
                                            RR_SLICE("조짐"),   RR_SLICE("낌새"),   RR_SLICE("부분은"), RR_SLICE("부분이"),
                                            RR_SLICE("부분도"), RR_SLICE(" 건이 "), RR_SLICE("계획은"), RR_SLICE("계획이")};
    return rr_holds_any(between, words, sizeof words / sizeof words[0]);
}

bool rr_is_dealing(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE("검토"), RR_SLICE("비교"), RR_SLICE("고려"), RR_SLICE("접촉"),
                                            RR_SLICE("논의"), RR_SLICE("거래"), RR_SLICE("이용"), RR_SLICE("사용")};
    return rr_holds_any(between, words, sizeof words / sizeof words[0]);
}
