#include "report/sense.h"

#include "report/letters.h"
#include "report/sentence.h"
#include "report/state.h"
#include "report/topic.h"
#include "report/wording.h"

enum { words_max = 512, final_l = 8 /* the final consonant ㄹ */ };

/* The clause's first item that is only asked about: 비싸다며 + 할인되는지 문의. */
static int first_asked(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice said[] = {RR_SLICE("다며 "), RR_SLICE("라며 "), RR_SLICE("다면서 "), RR_SLICE("라면서 ")};
    int first = sentence->clause;
    for (int i = sentence->clause; i < sentence->count; i++) {
        size_t from = sentence->items[i].end, to = i + 1 < sentence->count ? sentence->items[i + 1].word.begin : word->begin;
        const struct rr_slice between = rr_between(sentence, from, to);
        for (size_t j = 0; j < sizeof said / sizeof said[0]; j++)
            first = rr_holds(between, said[j]) ? i + 1 : first;
    }
    return first;
}

/* In Korean that ends what is asked, in English it begins it. */
static void take_asks(struct rr_sentence *sentence, const struct rr_word *word) {
    if (rr_is_english(sentence, word)) {
        sentence->asks = true;
        return;
    }
    rr_dismiss(sentence, first_asked(sentence, word));
    sentence->bad = false;
    rr_begin_clause(sentence, RR_WORD_ASKS);
}

/* 예산 문제만 풀리면 바로 하겠다: so that is still open. Not what is only what comes next: 일정만 잡으면 된다. */
static bool is_all_that_lacks(const struct rr_sentence *sentence, const struct rr_item *item, const struct rr_word *word) {
    static const struct rr_slice only = RR_SLICE("만 ");
    static const struct rr_slice next[] = {RR_SLICE(" 되"), RR_SLICE(" 된"), RR_SLICE(" 돼"), RR_SLICE(" 됨"), RR_SLICE(" 끝")};
    const struct rr_slice behind = rr_between(sentence, word->end, sentence->text.len);
    if (item == NULL || item->word.kind == RR_WORD_OTHER || item->word.kind == RR_WORD_SETTLES || rr_is_english(sentence, word))
        return false;
    return rr_holds(rr_between(sentence, item->word.begin, word->begin), only) &&
           !rr_begins_with_any(behind, next, sizeof next / sizeof next[0]);
}

/* 밀리면, 늦어질 경우, Should it; not 화면, 저희 경우, it should. */
static bool supposes(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice space = RR_SLICE(" ");
    struct rr_slice before = {sentence->text.ptr, word->begin};
    if (rr_slice_equal(rr_text_of(sentence, word), rr_slice_of("면")))
        return rr_is_ending(sentence, word);
    if (rr_slice_equal(rr_text_of(sentence, word), rr_slice_of("should"))) /* they should */
        return false;
    if (!rr_slice_equal(rr_text_of(sentence, word), rr_slice_of("경우")))
        return true;
    before.len -= rr_ends_with(before, space);
    uint32_t syllable =
        before.len < RR_SYLLABLE_BYTES ? 0 : rr_character_at(before.ptr + before.len - RR_SYLLABLE_BYTES, RR_SYLLABLE_BYTES);
    return syllable != 0 && syllable == rr_without_final(syllable) + final_l;
}

/* In Korean that ends what is supposed, in English it begins it. */
static void suppose(struct rr_sentence *sentence, const struct rr_word *word) {
    bool english = rr_is_english(sentence, word);
    if (!supposes(sentence, word))
        return;
    sentence->relieved = false;
    struct rr_item *item = rr_last_item(sentence);
    bool bad = item != NULL && (item->state == RR_STATE_BAD || sentence->turned) && item->word.kind != RR_WORD_OTHER;
    bool wanted = bad && !english && sentence->turned &&
                  rr_ends_with(rr_text_of(sentence, word), (struct rr_slice)RR_SLICE("면")) &&
                  (item->state == RR_STATE_BAD || (item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_PRICE_TERM));
    if (!english)
        rr_dismiss(sentence, sentence->clause);
    if (item != NULL && (wanted || is_all_that_lacks(sentence, item, word)))
        item->state = RR_STATE_BAD;
    sentence->bad = false;
    rr_begin_clause(sentence, RR_WORD_IF);
    sentence->asks = english;
    sentence->supposed = bad && !english ? item : NULL;
}

/* 문제였는데 tells of what is past; but not 1순위였는데, nor 깎였는데, since 였 behind a final consonant is a verb's. */
static bool is_noun_that(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice bare = RR_SLICE("였");
    if (!rr_is_ending(sentence, word))
        return false;
    const struct rr_slice syllable =
        rr_between(sentence, word->begin < RR_SYLLABLE_BYTES ? 0 : word->begin - RR_SYLLABLE_BYTES, word->begin);
    uint32_t before = rr_character_at(syllable.ptr, syllable.len);
    return !rr_begins_with(rr_text_of(sentence, word), bare) || before == rr_without_final(before);
}

/* What is past, or not so, is open again for what is said now: 예산이 아니라, 막혔던, 끝난 줄 알았는데. */
static void take_past(struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice was[] = {RR_SLICE("이었"), RR_SLICE("였")};
    if (!is_noun_that(sentence, word) && rr_begins_with_any(rr_text_of(sentence, word), was, sizeof was / sizeof was[0])) {
        rr_begin_clause(sentence, RR_WORD_TURNS);
        return;
    }
    struct rr_item *item = rr_last_item(sentence);
    bool topic = item != NULL &&
                 (item->word.kind == RR_WORD_TOPIC || item->word.kind == RR_WORD_SETTLES || item->word.kind == RR_WORD_BLOCKS);
    bool good =
        topic && rr_is_copula(sentence, word) &&
        (item->state == RR_STATE_GOOD || (item->state == RR_STATE_NEUTRAL && word->begin - item->end <= RR_LACKING_MAX_BYTES));
    sentence->asks = !good || !rr_denies_as_such(rr_between(sentence, item->end, word->begin));
    if (!sentence->asks)
        item->state = RR_STATE_BAD; /* 승인이 난 건 아니고 */
    rr_begin_clause(sentence, RR_WORD_TURNS);
}

static bool says_more(const struct rr_word *next) {
    return next != NULL && (next->kind == RR_WORD_TOPIC || next->kind == RR_WORD_PERSON ||
                            (next->kind == RR_WORD_BLOCKS && next->label != RR_NO_RESPONSE));
}

/* What is still so is not settled, if nothing else is said. */
static void take_still(struct rr_sentence *sentence, const struct rr_word *word) {
    struct rr_item *item = rr_topic_of_state(sentence, word, RR_STATE_BAD);
    bool said = sentence->next != NULL && sentence->next->kind != RR_WORD_ENDS;
    if (item != NULL && item < sentence->items + sentence->clause && sentence->parted == RR_WORD_TURNS &&
        says_more(sentence->next))
        return; /* 예산은 있지만 아직 결재가 */
    if (item != NULL &&
        (item->state == RR_STATE_NEUTRAL || (!said && item->state == RR_STATE_GOOD))) /* 회신 주신다고 했으나 아직 */
        item->state = RR_STATE_BAD;
}

/* 위약금 관련 자료, 입찰에 대해 설명: so far nothing is said of that. */
static void take_about(struct rr_sentence *sentence, const struct rr_word *word) {
    struct rr_item *item = rr_last_item(sentence);
    if (item != NULL && item->word.kind == RR_WORD_BLOCKS && word->begin - item->word.end <= RR_NEXT_MAX_BYTES)
        item->state = RR_STATE_NEUTRAL;
    sentence->ahead = RR_STATE_NEUTRAL;
    sentence->bad = false;
}

/* Does 하고 say with whom, rather than what is done and then: 다른 업체하고, 팀장님하고? */
static bool says_with_whom(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice with = RR_SLICE("하고");
    const struct rr_item *item = rr_last_item(sentence);
    return item != NULL && item->word.end == word->begin && rr_slice_equal(rr_text_of(sentence, word), with) &&
           (item->word.kind == RR_WORD_PERSON || (item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_COMPETITOR));
}

static void take_turn(struct rr_sentence *sentence, const struct rr_word *word) {
    if (says_with_whom(sentence, word))
        return;
    static const struct rr_slice endings[] = {RR_SLICE("하나"), RR_SLICE("이나"), RR_SLICE("시나"), RR_SLICE("되나"),
                                              RR_SLICE("나")};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (rr_slice_equal(rr_text_of(sentence, word), endings[i]) && !rr_is_ending(sentence, word))
            return; /* 과정 하나, 두 번이나 */
    struct rr_item *item = rr_last_item(sentence);
    if (item != NULL && item->not_that && item->state == RR_STATE_BAD && word->begin == item->end + 1)
        item->state = RR_STATE_GOOD; /* not the content but */
    bool apart = sentence->parted == RR_WORD_ENDS && sentence->count == sentence->clause;
    rr_begin_clause(sentence, word->kind);
    sentence->apart = apart && word->kind == RR_WORD_TURNS;
}

/* Is what it is about in good order: 결재 + 끝남? Of people that says little. */
static bool is_settled(const struct rr_item *item) {
    bool topic = item->word.kind == RR_WORD_TOPIC && item->word.label != RR_DECISION_MAKER;
    bool settles = item->word.kind == RR_WORD_SETTLES || item->word.kind == RR_WORD_OTHER;
    return item->state == RR_STATE_GOOD && (topic || settles);
}

static void settle_before(struct rr_sentence *sentence, enum rr_blocker label) {
    for (int i = 0; i < sentence->start; i++)
        if (sentence->items[i].word.label == label)
            sentence->items[i].state = RR_STATE_GOOD;
}

/* What the sentence says is settled, earlier ones said of before: 품의가 올라갔다고 들음. + 당일에 결재까지 끝남. One that names
 * nothing is about what the one before ended with: 시스템 장애가 있었음. + 30분 만에 복구. */
static void settle_earlier(struct rr_sentence *sentence) {
    const struct rr_item *before = sentence->start > 0 ? &sentence->items[sentence->start - 1] : NULL;
    for (int i = sentence->start; i < sentence->count; i++)
        if (is_settled(&sentence->items[i]))
            settle_before(sentence, sentence->items[i].word.label);
    if (sentence->relieved && sentence->count == sentence->start && before != NULL && before->state == RR_STATE_BAD)
        settle_before(sentence, before->word.label);
    sentence->relieved = false;
}

/* A sentence that begins with 그래도, 다만, but goes on from the one before. */
static void end_sentence(struct rr_sentence *sentence, const struct rr_word *end) {
    const struct rr_word *next = sentence->next;
    bool goes_on = next != NULL && next->kind == RR_WORD_TURNS && next->begin - end->end <= RR_NEXT_MAX_BYTES;
    if (end->kind == RR_WORD_ENDS_ASKING) {
        rr_dismiss(sentence, sentence->start);
        sentence->bad = sentence->loose = false;
    }
    rr_begin_clause(sentence, RR_WORD_ENDS);
    settle_earlier(sentence);
    if (!goes_on)
        sentence->start = sentence->count;
}

static void take_bad(struct rr_sentence *sentence, const struct rr_word *word) {
    rr_take_state(sentence, word, RR_STATE_BAD);
}

static void take_good(struct rr_sentence *sentence, const struct rr_word *word) {
    rr_take_state(sentence, word, RR_STATE_GOOD);
}

static void take_aside(struct rr_sentence *sentence, const struct rr_word *word) {
    (void)word;
    sentence->asks = true;
}

static void pass(struct rr_sentence *sentence, const struct rr_word *word) {
    (void)sentence;
    (void)word;
}

static void take(struct rr_sentence *sentence, const struct rr_word *word) {
    static void (*const by_kind[])(struct rr_sentence * sentence, const struct rr_word *word) = {
        [RR_WORD_BLOCKS] = rr_take_blocker,
        [RR_WORD_BLOCKS_ALONE] = rr_take_blocker_alone,
        [RR_WORD_TOPIC] = rr_take_topic,
        [RR_WORD_PERSON] = rr_take_topic,
        [RR_WORD_OTHER] = rr_take_topic,
        [RR_WORD_SETTLES] = rr_take_settlement,
        [RR_WORD_BAD] = take_bad,
        [RR_WORD_BAD_OF_PEOPLE] = take_bad,
        [RR_WORD_ATTITUDE] = take_bad,
        [RR_WORD_GOOD] = take_good,
        [RR_WORD_PLEASED] = take_good,
        [RR_WORD_NOT] = rr_take_not,
        [RR_WORD_NOT_AHEAD] = rr_take_not_ahead,
        [RR_WORD_ASKS] = take_asks,
        [RR_WORD_ABOUT] = take_about,
        [RR_WORD_ASIDE] = take_aside,
        [RR_WORD_IF] = suppose,
        [RR_WORD_PAST] = take_past,
        [RR_WORD_AGREED] = rr_take_agreement,
        [RR_WORD_STILL] = take_still,
        [RR_WORD_IGNORED] = pass,
        [RR_WORD_TURNS] = take_turn,
        [RR_WORD_COMMA] = take_turn,
        [RR_WORD_ENDS] = end_sentence,
        [RR_WORD_ENDS_ASKING] = end_sentence,
    };
    by_kind[word->kind](sentence, word);
}

static bool is_blocker(const struct rr_item *item) {
    return item->state == RR_STATE_BAD && item->word.kind != RR_WORD_OTHER && item->word.label != RR_NO_PIPELINE;
}

static bool is_explained(const struct rr_sentence *sentence, int i) {
    int next = i + 1;
    while (next < sentence->count && sentence->items[next].state == RR_STATE_NEUTRAL)
        next++;
    const struct rr_item *why = &sentence->items[next];
    return next < sentence->count && why->explains && is_blocker(why) && why->word.label != sentence->items[i].word.label;
}

static void count(struct rr_sentence *sentence, uint8_t found[RR_BLOCKER_COUNT]) {
    bool named = false;
    rr_begin_clause(sentence, RR_WORD_ENDS);
    settle_earlier(sentence);
    for (int i = 0; i < sentence->count; i++) {
        const struct rr_item *item = &sentence->items[i];
        bool counts = is_blocker(item) && !item->follows && !is_explained(sentence, i);
        if (counts && found[item->word.label] < UINT8_MAX)
            found[item->word.label]++;
        named |= counts || item->word.kind != RR_WORD_PERSON;
    }
    if (sentence->loose && !named) /* trouble with what the vocabulary does not know: 몰입이 안 된다는 우려 */
        found[RR_FIT_UNCLEAR] = 1;
}

void rr_sense(struct rr_words *words, struct rr_slice text, uint8_t found[RR_BLOCKER_COUNT]) {
    struct rr_word all[words_max];
    struct rr_item items[RR_ITEMS_MAX];
    struct rr_sentence sentence = {.text = text, .items = items, .parted = RR_WORD_ENDS};
    int last = 0;
    rr_words_begin(words, text);
    while (last < words_max && rr_words_next(words, &all[last]))
        last++;
    for (int i = 0; i < last; i++) {
        sentence.next = i + 1 < last ? &all[i + 1] : NULL;
        take(&sentence, &all[i]);
    }
    count(&sentence, found);
}
