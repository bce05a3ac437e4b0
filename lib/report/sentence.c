#include "report/sentence.h"

#include "report/wording.h"

struct rr_item *rr_last_item(const struct rr_sentence *sentence) {
    return sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
}

struct rr_slice rr_between(const struct rr_sentence *sentence, size_t from, size_t to) {
    return (struct rr_slice){sentence->text.ptr + from, to > from ? to - from : 0};
}

static bool is_topic(const struct rr_item *item) {
    return item->word.kind == RR_WORD_TOPIC || item->word.kind == RR_WORD_OTHER || item->word.kind == RR_WORD_PERSON;
}

void rr_dismiss(struct rr_sentence *sentence, int from) {
    for (int i = from; i < sentence->count; i++) {
        struct rr_item *item = &sentence->items[i];
        item->was = item->state == RR_STATE_NEUTRAL ? item->was : item->state;
        item->over = item->word.kind == RR_WORD_BLOCKS || item->word.kind == RR_WORD_BLOCKS_ALONE;
        item->state = item->over ? RR_STATE_GOOD : RR_STATE_NEUTRAL;
    }
}

void rr_begin_clause(struct rr_sentence *sentence, enum rr_word_kind parted) {
    bool open = sentence->count > sentence->clause && sentence->items[sentence->count - 1].state == RR_STATE_NEUTRAL;
    if (sentence->denial != NULL && open)
        sentence->items[sentence->count - 1].state = RR_STATE_BAD; /* budget is not there */
    if (sentence->asks)
        rr_dismiss(sentence, sentence->clause);
    sentence->loose |= sentence->bad && !sentence->asks;
    sentence->bad = false;
    sentence->clause = sentence->count;
    sentence->supposed = parted == RR_WORD_COMMA ? sentence->supposed : NULL;
    sentence->parted = parted;
    sentence->ahead = RR_STATE_NEUTRAL;
    sentence->denial = NULL;
    sentence->last = NULL;
    sentence->stated = NULL;
    sentence->asks = false;
    sentence->turned = false;
    sentence->apart = false;
}

bool rr_is_of_people(const struct rr_word *word) {
    return word->kind == RR_WORD_BAD_OF_PEOPLE || word->kind == RR_WORD_ATTITUDE;
}

/* People mostly speak of what is so: 예산은 팀장님이 부족하다고 하심. Only some states can be theirs; and they may be missing. */
static bool may_be_about(const struct rr_item *item, const struct rr_word *word) {
    bool lacks = word->kind == RR_WORD_NOT || (word->kind == RR_WORD_BLOCKS_ALONE && word->label == RR_FIT_UNCLEAR); /* 불명확 */
    return item->word.kind != RR_WORD_PERSON || rr_is_of_people(word) || word->kind == RR_WORD_GOOD ||
           word->kind == RR_WORD_PLEASED || (lacks && word->begin - item->end <= RR_LACKING_MAX_BYTES);
}

struct rr_slice rr_text_of(const struct rr_sentence *sentence, const struct rr_word *word) {
    return rr_between(sentence, word->begin, word->end);
}

struct rr_item *rr_subject_of(struct rr_sentence *sentence) {
    static const struct rr_slice subject[] = {RR_SLICE("이"),   RR_SLICE("가"),   RR_SLICE("은"),     RR_SLICE("는"),
                                              RR_SLICE("님이"), RR_SLICE("님은"), RR_SLICE("님께서"), RR_SLICE("께서"),
                                              RR_SLICE("도"),   RR_SLICE("님도"), RR_SLICE("들이"),   RR_SLICE("들은")};
    for (int i = sentence->count - 1; i >= sentence->clause; i--) {
        struct rr_item *item = &sentence->items[i];
        bool may_be =
            item->word.kind == RR_WORD_PERSON || (item->word.kind == RR_WORD_TOPIC && item->word.label == RR_DECISION_MAKER);
        const struct rr_slice behind = rr_between(sentence, item->word.end, sentence->text.len);
        for (size_t j = 0; may_be && j < sizeof subject / sizeof subject[0]; j++)
            if (rr_begins_with(behind, subject[j]))
                return item;
    }
    return NULL;
}

/* Who thinks ill of what is taught, or of what is no label's: 본부장님이 교육 효과에 회의적. Of money or time it is that which is
 * bad; but who is against it, is against it. */
static struct rr_item *who_thinks(struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice against = RR_SLICE("반대");
    const struct rr_item *last = rr_last_item(sentence);
    bool open = last != NULL && (rr_begins_with(rr_text_of(sentence, word), against) || last->state != RR_STATE_NEUTRAL ||
                                 last->word.label == RR_FIT_UNCLEAR || last->word.kind == RR_WORD_OTHER);
    return open ? rr_subject_of(sentence) : NULL;
}

struct rr_item *rr_topic_of_state(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state) {
    struct rr_item *who = word->kind == RR_WORD_ATTITUDE ? who_thinks(sentence, word) : NULL;
    if (who != NULL)
        return who;
    int at = sentence->count - 1;
    while (at >= sentence->start && !may_be_about(&sentence->items[at], word))
        at--;
    if (at < sentence->start)
        return NULL;
    struct rr_item *item = &sentence->items[at];
    bool goes_on =
        (sentence->parted == RR_WORD_TURNS && !(sentence->apart && state == RR_STATE_BAD)) ||
        (sentence->parted == RR_WORD_COMMA && state == RR_STATE_BAD && item->state == RR_STATE_NEUTRAL) ||
        (sentence->parted == RR_WORD_COMMA && item->state == RR_STATE_BAD && rr_is_solution(rr_text_of(sentence, word)));
    bool passes = sentence->count > sentence->clause && state == RR_STATE_BAD &&
                  item->state == RR_STATE_GOOD; /* 예산은 됐지만 팀장님이 고집 */
    return at >= sentence->clause || (goes_on && !item->over && !passes) ? item : NULL;
}

bool rr_is_english(const struct rr_sentence *sentence, const struct rr_word *word) {
    return (unsigned char)sentence->text.ptr[word->begin] < 0x80;
}

bool rr_take_denial(struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *denial = sentence->denial;
    sentence->denial = NULL;
    if (denial == NULL)
        return false;
    size_t max = !rr_is_english(sentence, denial) ? RR_NEXT_MAX_BYTES
                 : word->kind == RR_WORD_BLOCKS   ? RR_PHRASE_MAX_BYTES
                                                  : RR_DENIED_MAX_BYTES;
    return word->begin - denial->end <= max;
}

enum rr_state rr_opposite(enum rr_state state) {
    return state == RR_STATE_BAD ? RR_STATE_GOOD : RR_STATE_BAD;
}

/* That something is put off is no second blocker, where it is for a reason or for want of money or approval: 답장이 없어 중단,
 * 예산 동결, 내년 재논의. */
static bool is_put_off(const struct rr_sentence *sentence, const struct rr_item *cause, const struct rr_item *item,
                       bool because) {
    static const struct rr_slice rank = RR_SLICE("순위");
    enum rr_blocker label = cause->word.label;
    bool blocks = cause->state == RR_STATE_BAD && cause->word.kind != RR_WORD_OTHER && label != RR_LOW_PRIORITY;
    bool hard = label == RR_BUDGET || label == RR_APPROVAL_DELAY;
    return item->word.label == RR_LOW_PRIORITY && blocks &&
           (because || (hard && !rr_holds(rr_text_of(sentence, &item->word), rank)));
}

/* Is there another blocker before it in the sentence, which it follows from? What somebody is, is often no more than by whom:
 * 본사 지침으로 예산이 동결. */
static bool is_consequence(const struct rr_sentence *sentence, const struct rr_item *item) {
    const struct rr_item *cause = item - 1;
    while (
        cause > sentence->items + sentence->start &&
        (cause->word.kind == RR_WORD_OTHER || (cause->state == RR_STATE_NEUTRAL && cause > sentence->items + sentence->clause)))
        cause--;
    if (item == sentence->items + sentence->start || sentence->parted == RR_WORD_TURNS || item->word.begin < cause->end)
        return false;
    if (cause->follows && item > sentence->items + sentence->clause)
        return true;
    enum rr_blocker label = cause->word.label;
    bool counts = cause->state == RR_STATE_BAD && cause->word.kind != RR_WORD_BLOCKS_ALONE &&
                  (label != RR_FIT_UNCLEAR || item->word.label > label) && cause->word.kind != RR_WORD_OTHER &&
                  label != item->word.label && item->word.label != RR_NO_RESPONSE &&
                  !(cause->word.kind == RR_WORD_BLOCKS && label == RR_DECISION_MAKER);
    const struct rr_slice between = rr_between(sentence, cause->end, item->word.begin);
    const struct rr_slice syllable =
        rr_between(sentence, cause->end < RR_SYLLABLE_BYTES ? 0 : cause->end - RR_SYLLABLE_BYTES, cause->end);
    const struct rr_slice ending = rr_with_ending(syllable, between);
    bool because = rr_is_because(between) || rr_is_because_of(ending) || rr_is_condition_of(ending);
    return is_put_off(sentence, cause, item, because) || (counts && (cause->follows || because));
}

static bool is_explanation(const struct rr_sentence *sentence, const struct rr_item *item) {
    static const struct rr_slice why[] = {RR_SLICE("because"), RR_SLICE("due to"), RR_SLICE("owing to")};
    const struct rr_item *before = item - 1;
    if (item->word.begin < before->end)
        return false;
    const struct rr_slice between = rr_between(sentence, before->end, item->word.begin);
    bool topic_explains = before->explains && before->state == RR_STATE_NEUTRAL; /* because the team has no people */
    return topic_explains || rr_holds_any(between, why, sizeof why / sizeof why[0]);
}

struct rr_item *rr_add_item(struct rr_sentence *sentence, const struct rr_word *word, enum rr_state state) {
    if (sentence->count == RR_ITEMS_MAX)
        return NULL;
    const struct rr_item *before = rr_last_item(sentence);
    struct rr_item *item = &sentence->items[sentence->count++];
    *item = (struct rr_item){.word = *word, .state = state, .end = word->end};
    if (before != NULL && before->state == RR_STATE_NEUTRAL && before->word.label != RR_DECISION_MAKER &&
        word->begin >= before->end)
        item->joined = rr_joins(rr_between(sentence, before->end, word->begin));
    item->follows = is_consequence(sentence, item);
    item->explains = item > sentence->items + sentence->start && is_explanation(sentence, item);
    return item;
}

bool rr_is_of_budget(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_item *item = rr_last_item(sentence);
    return item != NULL && item->state == RR_STATE_NEUTRAL && item->word.kind == RR_WORD_TOPIC && item->word.label == RR_BUDGET &&
           word->label == RR_APPROVAL_DELAY;
}

void rr_set_state(struct rr_sentence *sentence, struct rr_item *item, enum rr_state state, const struct rr_word *word) {
    for (struct rr_item *each = item; each->joined && each > sentence->items && each[-1].state == RR_STATE_NEUTRAL; each--)
        each[-1].state = state;
    item->state = state;
    item->end = word->end;
}

void rr_settle(struct rr_sentence *sentence, int from, enum rr_blocker label) {
    for (int i = from; i < sentence->count; i++)
        if (sentence->items[i].word.label == label || label == RR_NO_PIPELINE)
            sentence->items[i].state = RR_STATE_GOOD;
}

bool rr_is_person(const struct rr_item *item) {
    return is_topic(item) && item->word.label == RR_DECISION_MAKER;
}

bool rr_follows(struct rr_sentence *sentence) {
    struct rr_item *item = sentence->supposed;
    sentence->supposed = NULL;
    for (int i = sentence->clause; i < sentence->count; i++)
        if (sentence->items[i].word.kind != RR_WORD_OTHER && sentence->items[i].word.kind != RR_WORD_PERSON)
            return false;
    if (item == NULL)
        return false;
    item->state = RR_STATE_BAD;
    return true;
}

struct rr_slice rr_bad_before(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *last = sentence->last;
    bool blocks = last != NULL && (last->kind == RR_WORD_BAD || rr_is_of_people(last) || last->kind == RR_WORD_BLOCKS ||
                                   last->kind == RR_WORD_BLOCKS_ALONE);
    if (!blocks || word->begin - last->end > RR_AS_SUCH_MAX_BYTES)
        return (struct rr_slice){NULL, 0};
    return rr_with_ending(rr_text_of(sentence, last), rr_between(sentence, last->end, word->begin));
}

bool rr_is_reason(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice by = RR_SLICE("로");
    static const struct rr_slice right[] = {RR_SLICE("서"), RR_SLICE("니"), RR_SLICE("므로")}; /* 결재가 안 나서 못 */
    const struct rr_slice before = rr_bad_before(sentence, word);
    if (before.len == 0)
        return false;
    const struct rr_slice all = {before.ptr, (size_t)(sentence->text.ptr + word->begin - before.ptr)};
    return rr_is_because_of(before) || rr_ends_with(before, by) ||
           rr_ends_with_any(rr_slice_trim(all), right, sizeof right / sizeof right[0]);
}

bool rr_is_copula(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice words[] = {RR_SLICE("아니"), RR_SLICE("아님"), RR_SLICE("아닌")};
    const struct rr_slice text = rr_text_of(sentence, word);
    return rr_begins_with(text, words[0]) || rr_begins_with(text, words[1]) || rr_begins_with(text, words[2]);
}

bool rr_is_ending(const struct rr_sentence *sentence, const struct rr_word *word) {
    return sentence->last != NULL && sentence->last->end == word->begin;
}
