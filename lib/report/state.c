#include "report/state.h"

#include "report/topic.h"
#include "report/wording.h"

/* Does the word before deny this one, though it is more than a denial: 일정이 안 + 잡힘? */
static bool is_denied_by_last(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice not [] = {RR_SLICE("안"), RR_SLICE("못")};
    const struct rr_word *last = sentence->last;
    if (last == NULL || word->begin - last->end > RR_NEXT_MAX_BYTES)
        return false;
    const struct rr_slice start = {sentence->text.ptr, last->end};
    return rr_ends_with(start, not [0]) || rr_ends_with(start, not [1]);
}

/* What is good of a competitor, or of waiting, is no good news, unless the vocabulary says so: 타사와 미팅이 잡혔다, 미루기로
 * 정리됨. */
static bool is_for_others(const struct rr_sentence *sentence, const struct rr_item *item, enum rr_state state) {
    bool within = sentence->parted != RR_WORD_TURNS || item >= sentence->items + sentence->clause;
    return state == RR_STATE_GOOD && within && item->word.kind == RR_WORD_BLOCKS &&
           (item->word.label == RR_COMPETITOR || item->word.label == RR_LOW_PRIORITY);
}

/* That those who do not decide are for it does not settle that somebody is not: 본부장은 반대하나 실무자는 긍정적. */
static bool decides_nothing(const struct rr_sentence *sentence, const struct rr_item *item) {
    static const struct rr_slice who[] = {RR_SLICE("실무"), RR_SLICE("담당"), RR_SLICE("교육 담당"), RR_SLICE("인사 담당"),
                                          RR_SLICE("과장"), RR_SLICE("차장"), RR_SLICE("hr"),        RR_SLICE("HR")};
    bool nothing = false;
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
        nothing |= rr_is_person(item) && rr_begins_with(rr_text_of(sentence, &item->word), who[i]);
    for (const struct rr_item *each = sentence->items + sentence->start; each < item; each++)
        nothing &= each->word.label != RR_DECISION_MAKER ||
                   !rr_slice_equal(rr_text_of(sentence, &each->word), rr_text_of(sentence, &item->word));
    return nothing;
}

/* Is what is bad all that came of it: 무응답으로 종료, 보류로 확정? Not where it was seen to: 인원이 부족해 충원 완료, 다음 주로
 * 확정. */
static bool is_outcome(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice by = RR_SLICE("로");
    static const struct rr_slice over[] = {RR_SLICE("종료"), RR_SLICE("종결"), RR_SLICE("마감")};
    const struct rr_slice text = rr_text_of(sentence, word);
    bool ends = rr_begins_with(text, over[0]) || rr_begins_with(text, over[1]) || rr_begins_with(text, over[2]);
    return (ends && rr_is_reason(sentence, word)) || (!rr_is_solution(text) && rr_ends_with(rr_bad_before(sentence, word), by) &&
                                                      !rr_ends_with(rr_text_of(sentence, sentence->last), by));
}

/* Does the word begin a clause, and stand right before the topic that it is about: 합의했지만 빠듯한 일정, all done except
 * approval? */
static bool is_ahead(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *next = sentence->next;
    const struct rr_slice text = rr_text_of(sentence, word);
    size_t near = rr_is_english(sentence, word) ? RR_PHRASE_MAX_BYTES : RR_NEXT_MAX_BYTES;
    bool topic = next != NULL && next->begin - word->end <= near &&
                 (next->kind == RR_WORD_TOPIC || next->kind == RR_WORD_OTHER || next->kind == RR_WORD_PERSON);
    return (sentence->count == sentence->clause && topic) || rr_slice_equal(text, rr_slice_of("except")) ||
           rr_slice_equal(text, rr_slice_of("only if"));
}

/* That they like it makes it no cheaper. */
static bool is_hard(enum rr_blocker label) {
    return label != RR_DECISION_MAKER && label != RR_LOW_PRIORITY && label != RR_FIT_UNCLEAR && label != RR_NO_RESPONSE;
}

/* Is it only said of what there is not: no feedback received? */
static bool is_nothing(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice no[] = {RR_SLICE("no "), RR_SLICE("No ")};
    const struct rr_word *last = sentence->last;
    bool behind = last != NULL && last->kind == RR_WORD_BLOCKS && word->begin - last->end <= 1;
    return behind && (rr_begins_with(rr_text_of(sentence, last), no[0]) || rr_begins_with(rr_text_of(sentence, last), no[1]));
}

/* Nothing is there yet that it could be about. */
static void await_topic(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state, bool denied) {
    static const struct rr_slice no[] = {RR_SLICE("no"), RR_SLICE("No"), RR_SLICE("without"), RR_SLICE("Without")};
    bool english = rr_is_english(sentence, word);
    sentence->ahead_of_people = rr_is_of_people(word);
    sentence->ahead = state == RR_STATE_BAD || english ? state : RR_STATE_NEUTRAL;
    sentence->ahead_denies = denied || rr_begins_with_any(rr_text_of(sentence, word), no, sizeof no / sizeof no[0]);
    sentence->bad = state == RR_STATE_BAD && !english;
    sentence->loose &= state == RR_STATE_BAD;
    bool relieves = word->kind == RR_WORD_GOOD && sentence->parted != RR_WORD_IF && !rr_is_routine(rr_text_of(sentence, word));
    sentence->relieved = state == RR_STATE_GOOD && (sentence->relieved || relieves);
}

/* 담당자가 바뀌었으나 후임도 과정 진행에 적극적: whoever follows likes it, so that the change is no trouble. */
static void settle_change(struct rr_sentence *sentence) {
    for (int i = sentence->clause; i < sentence->count && sentence->parted == RR_WORD_TURNS; i++)
        if (sentence->items[i].word.kind == RR_WORD_TOPIC && sentence->items[i].word.label == RR_DECISION_MAKER &&
            sentence->items[i].state != RR_STATE_BAD)
            rr_settle(sentence, sentence->start, RR_DECISION_MAKER);
}

/* 가격에 이견이 있었으나 인원 조정으로 합의, 품질 문제는 강사 교체로 해결: what was in the way is solved, by what is no topic
 * then. */
static bool is_solved_by_means(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice by = RR_SLICE("로 ");
    return rr_is_solution(rr_text_of(sentence, word)) && rr_ends_with((struct rr_slice){sentence->text.ptr, word->begin}, by);
}

void rr_take_state(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state) {
    bool denied = rr_take_denial(sentence, word);
    if (denied)
        state = rr_opposite(state);
    else if (is_denied_by_last(sentence, word) || rr_is_needed(sentence, word))
        state = RR_STATE_BAD;
    if (state == RR_STATE_GOOD && is_solved_by_means(sentence, word))
        rr_settle(sentence, sentence->start, RR_NO_PIPELINE);
    struct rr_item *item = (state == RR_STATE_BAD || rr_is_english(sentence, word)) && is_ahead(sentence, word)
                               ? NULL
                               : rr_topic_of_state(sentence, word, state);
    if (state == RR_STATE_GOOD && item != NULL && item->state == RR_STATE_BAD &&
        (is_outcome(sentence, word) || is_nothing(sentence, word)))
        return;
    sentence->last = word;
    sentence->stated = item;
    if (state == RR_STATE_GOOD && word->kind == RR_WORD_PLEASED)
        settle_change(sentence);
    if (state == RR_STATE_BAD && rr_follows(sentence))
        return;
    if (item == NULL) {
        await_topic(sentence, word, state, denied);
        return;
    }
    sentence->bad &= state == RR_STATE_BAD;
    if ((!denied && is_for_others(sentence, item, state)) ||
        (word->kind == RR_WORD_PLEASED && item->state == RR_STATE_BAD && is_hard(item->word.label))) {
        sentence->last = NULL;
        return;
    }
    size_t near = denied && !rr_is_english(sentence, word) ? RR_TURNED_MAX_BYTES
                                                           : RR_SETTLED_MAX_BYTES; /* 스폰서 부재로 드라이브가 안 걸림 */
    bool far = word->begin - item->end > near && sentence->count > sentence->clause &&
               !rr_is_solution(rr_text_of(sentence, word)); /* 강의실 부족 문제는 대강당을 쓰기로 해서 해결 */
    if (item->denied && state == RR_STATE_BAD) {
        item->denied = false; /* no budget issue */
        rr_set_state(sentence, item, RR_STATE_GOOD, word);
    } else if (!item->denied && !(item->settled && state == RR_STATE_BAD) &&
               !(item->state == RR_STATE_BAD && state == RR_STATE_GOOD && far)) {
        rr_set_state(sentence, item, state, word);
        if (state == RR_STATE_GOOD && item->word.kind != RR_WORD_OTHER && !item->follows &&
            !decides_nothing(sentence, item)) /* 담당자가 바뀌었으나 새 팀장도 우호적 */
            rr_settle(sentence, sentence->parted == RR_WORD_TURNS ? sentence->start : sentence->clause, item->word.label);
    }
}

void rr_take_blocker_alone(struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_item *item = rr_topic_of_state(sentence, word, RR_STATE_BAD);
    bool own = item != NULL && (item >= sentence->items + sentence->clause ||
                                (sentence->parted == RR_WORD_TURNS && item->state != RR_STATE_GOOD)); /* 예산은 확보했으나 보류 */
    bool of_course = own && item->word.label == RR_FIT_UNCLEAR && word->label == RR_LOW_PRIORITY; /* 이번 과정은 보류 */
    if (sentence->supposed != NULL || (own && item->word.kind != RR_WORD_OTHER && !of_course))
        rr_take_state(sentence, word, RR_STATE_BAD);
    else
        rr_take_blocker(sentence, word);
}

/* What blocks as a thing only lacks yet more: 선금은 못 준다, 마진이 안 남는다. Unless it is what is not done: 네고는 안 함. */
static bool is_of_thing(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice done[] = {RR_SLICE(" 하"), RR_SLICE(" 한"), RR_SLICE(" 함"), RR_SLICE(" 할"), RR_SLICE(" 해"),
                                           RR_SLICE(" 했"), RR_SLICE(" 되"), RR_SLICE(" 돼"), RR_SLICE(" 됐"), RR_SLICE(" 된")};
    static const struct rr_slice not = RR_SLICE("안");
    const struct rr_slice behind = rr_between(sentence, word->end, sentence->text.len);
    const struct rr_word *last = sentence->last;
    bool thing = word->kind == RR_WORD_NOT_AHEAD && last->kind == RR_WORD_BLOCKS && last->label != RR_COMPETITOR;
    return thing &&
           !(rr_slice_equal(rr_text_of(sentence, word), not ) && rr_begins_with_any(behind, done, sizeof done / sizeof done[0]));
}

/* Does a denial deny the word before it? */
static bool turns_last(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *last = sentence->last;
    if (last == NULL || word->begin - last->end > RR_AS_SUCH_MAX_BYTES)
        return false;
    const struct rr_slice between = rr_between(sentence, last->end, word->begin);
    static const struct rr_slice stem = RR_SLICE("지"); /* what blocks as a whole: 반응을 보이지 + 않음 */
    bool whole = last->kind == RR_WORD_BLOCKS || last->kind == RR_WORD_BLOCKS_ALONE;
    if (whole && rr_ends_with(rr_text_of(sentence, last), stem) && between.len <= 1)
        return false;
    if (is_of_thing(sentence, word))
        return false;
    static const struct rr_slice of_verbs[] = {RR_SLICE("지 "), RR_SLICE("지는"), RR_SLICE("일"), RR_SLICE("적"), RR_SLICE("리")};
    bool verb = last->kind == RR_WORD_NOT_AHEAD &&
                rr_begins_with_any(rr_text_of(sentence, word), of_verbs, sizeof of_verbs / sizeof of_verbs[0]);
    bool denies = !verb && (last->kind == RR_WORD_NOT || last->kind == RR_WORD_NOT_AHEAD); /* 못 오지 않게, 안 될 일은 없다 */
    return rr_denies_as_such(between) || between.len <= (denies ? 0 : RR_TURNED_MAX_BYTES);
}

/* What was thought of it is not so, or what there was is no more: 막힌 줄 알았는데 아님, 한때 문제가 있었지만 이제 없음. */
static bool was_trouble(const struct rr_sentence *sentence, const struct rr_item *item, const struct rr_word *word) {
    static const struct rr_slice is[] = {RR_SLICE("이 있"), RR_SLICE("가 있")};
    const struct rr_slice behind = rr_between(sentence, item->end, sentence->text.len);
    return item->was == RR_STATE_BAD &&
           (rr_is_copula(sentence, word) || rr_begins_with(behind, is[0]) || rr_begins_with(behind, is[1]));
}

/* 그런 분이 없음, but not 특이 사항 없음 */
static bool has_subject(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice subject[] = {RR_SLICE("이 "), RR_SLICE("가 ")};
    return rr_ends_with_any((struct rr_slice){sentence->text.ptr, word->begin}, subject, sizeof subject / sizeof subject[0]);
}

/* The blocker of the clause of which it is only said that nobody speaks of it. */
static struct rr_item *unspoken(const struct rr_sentence *sentence, const struct rr_word *word) {
    struct rr_item *item = sentence->items + sentence->count - 1;
    while (item >= sentence->items + sentence->clause && item->word.kind == RR_WORD_OTHER)
        item--;
    if (item < sentence->items + sentence->clause || item->state != RR_STATE_BAD || item->word.end > word->begin ||
        word->begin - item->word.end > RR_UNSPOKEN_MAX_BYTES)
        return NULL;
    const struct rr_slice between = rr_between(sentence, item->word.end, word->begin);
    return rr_is_talk(between) || (item->word.label == RR_COMPETITOR && rr_is_dealing(between)) ? item : NULL;
}

void rr_take_not(struct rr_sentence *sentence, const struct rr_word *word) {
    struct rr_item *item = rr_topic_of_state(sentence, word, RR_STATE_BAD), *none = unspoken(sentence, word);
    sentence->turned = true;
    sentence->relieved = false;
    if (none != NULL)
        rr_set_state(sentence, none, RR_STATE_GOOD, word);
    else if (rr_follows(sentence) || rr_is_reason(sentence, word) || rr_is_condition_of(rr_bad_before(sentence, word)))
        ;
    else if (turns_last(sentence, word)) {
        bool stated = sentence->last->kind != RR_WORD_BAD && sentence->last->kind != RR_WORD_GOOD &&
                      sentence->last->kind != RR_WORD_PLEASED; /* 담당자 변동 없음 */
        item = sentence->stated != NULL || !stated ? sentence->stated : item;
        sentence->ahead = RR_STATE_NEUTRAL;
        sentence->bad = item == NULL && sentence->last->kind == RR_WORD_GOOD && !rr_is_english(sentence, word);
        if (item != NULL && sentence->last->kind == RR_WORD_SETTLES)
            item->word.kind = RR_WORD_SETTLES; /* 대표 승낙 + 을 못 받음 */
        if (item != NULL)
            rr_set_state(sentence, item, rr_opposite(item->state), word);
    } else if (item != NULL && item->state == RR_STATE_NEUTRAL)
        rr_set_state(sentence, item, was_trouble(sentence, item, word) ? RR_STATE_GOOD : RR_STATE_BAD, word);
    else if (item != NULL && item->qualified && (rr_is_english(sentence, word) || rr_is_copula(sentence, word)))
        rr_set_state(sentence, item, RR_STATE_GOOD, word); /* concerns about the budget are gone, 무리한 일정은 아님 */
    else {
        sentence->ahead = RR_STATE_NEUTRAL;
        sentence->bad = item == NULL && has_subject(sentence, word);
    }
    sentence->last = word; /* which may be denied in its turn: 없지 않다 */
}

static bool is_state(const struct rr_word *word) {
    enum rr_word_kind kind = word->kind;
    return kind == RR_WORD_BAD || rr_is_of_people(word) || kind == RR_WORD_GOOD || kind == RR_WORD_PLEASED ||
           kind == RR_WORD_BLOCKS || kind == RR_WORD_BLOCKS_ALONE || kind == RR_WORD_SETTLES;
}

void rr_take_not_ahead(struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *next = sentence->next;
    if (rr_is_english(sentence, word) || (next != NULL && next->begin - word->end <= RR_NEXT_MAX_BYTES && is_state(next)))
        sentence->denial = word;
    else
        rr_take_not(sentence, word);
}
