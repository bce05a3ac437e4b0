#include "report/sense.h"

#include <string.h>

/* How far apart, in bytes, two words may stand and still belong together: what is settled and 해결, what is turned and 없음,
 * 안 and what it denies, not and what it denies, two topics of one state. */
enum {
    settled_max_bytes = 36,
    turned_max_bytes = 9,
    next_max_bytes = 4,
    phrase_max_bytes = 8,
    denied_max_bytes = 30,
    as_such_max_bytes = 24,
    lacking_max_bytes = 12, /* a person and 없음, 불명확 */
    syllable_bytes = 3,
    final_l = 8 /* the final consonant ㄹ */
};
enum { words_max = 512, items_max = 256 };

enum state { NEUTRAL, BAD, GOOD };

/* A topic. */
struct item {
    struct rr_word word;
    enum state state;
    enum state was; /* before it was dismissed */
    bool denied;    /* by a word before it: no budget */
    bool not_that;  /* by no more than not: not the budget */
    bool settled;   /* by a word before it: resolved the budget issue */
    bool qualified; /* by a word before it: concerns about the budget */
    bool over;      /* which nothing that is said now is about */
    bool joined;    /* with the item before: 예산과 일정 */
    bool follows;   /* from what the item before is: 예산이 부족해서 + 일정을 미룸 */
    bool explains;  /* what the item before is: postponed + because of the budget */
    size_t end;     /* of the last word that is about it */
};

/* What has been read of a memo, and the sentence that is being read. */
struct sentence {
    struct rr_slice text;
    struct item *items; /* of the whole memo, items_max at most */
    int count;
    int start;                    /* the sentence's first item */
    int clause;                   /* the first item of the clause */
    enum rr_word_kind parted;     /* what the clause began with: RR_WORD_TURNS, RR_WORD_COMMA, or RR_WORD_ENDS */
    enum state ahead;             /* a state that stands before its topic: lack of budget */
    bool ahead_denies;            /* or says that there is none: no concerns about competitors */
    bool ahead_of_people;         /* that people can be in: 반대하던 팀장 */
    const struct rr_word *next;   /* after the one that is being read */
    const struct rr_word *denial; /* that waits for what it denies */
    const struct rr_word *last;   /* the clause's last word of a state */
    bool turned;                  /* the clause has a denial behind what it denies */
    struct item *supposed;        /* what the clause before only supposes to be bad: 예산이 안 나오면 */
    struct item *stated;          /* what that was about */
    bool asks;                    /* the clause only asks, or tells what once was */
    bool apart;                   /* the clause is a sentence, which only what is settled goes on from the one before */
    bool bad;                     /* the clause has a bad state that is no topic's */
    bool loose;                   /* an earlier clause of the memo has */
};

static bool is_topic(const struct item *item) {
    return item->word.kind == RR_WORD_TOPIC || item->word.kind == RR_WORD_OTHER || item->word.kind == RR_WORD_PERSON;
}

/* Of what is only asked, supposed, or past nothing is so: it is as if nothing had been said. */
static void dismiss(struct sentence *sentence, int from) {
    for (int i = from; i < sentence->count; i++) {
        struct item *item = &sentence->items[i];
        item->was = item->state == NEUTRAL ? item->was : item->state;
        item->over = item->word.kind == RR_WORD_BLOCKS || item->word.kind == RR_WORD_BLOCKS_ALONE;
        item->state = item->over ? GOOD : NEUTRAL;
    }
}

static void begin_clause(struct sentence *sentence, enum rr_word_kind parted) {
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    if (sentence->denial != NULL && item != NULL && item->state == NEUTRAL)
        item->state = BAD; /* budget is not there */
    if (sentence->asks)
        dismiss(sentence, sentence->clause);
    sentence->loose |= sentence->bad && !sentence->asks;
    sentence->bad = false;
    sentence->clause = sentence->count;
    sentence->supposed = parted == RR_WORD_COMMA ? sentence->supposed : NULL;
    sentence->parted = parted;
    sentence->ahead = NEUTRAL;
    sentence->denial = NULL;
    sentence->last = NULL;
    sentence->stated = NULL;
    sentence->asks = false;
    sentence->turned = false;
    sentence->apart = false;
}

static bool begins_with(struct rr_slice text, struct rr_slice with) {
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

static bool ends_with(struct rr_slice text, struct rr_slice with) {
    return text.len >= with.len && memcmp(text.ptr + text.len - with.len, with.ptr, with.len) == 0;
}

static bool holds(struct rr_slice text, struct rr_slice what) {
    return memmem(text.ptr, text.len, what.ptr, what.len) != NULL;
}

static bool is_of_people(const struct rr_word *word) {
    return word->kind == RR_WORD_BAD_OF_PEOPLE || word->kind == RR_WORD_ATTITUDE;
}

/* People mostly speak of what is so: 예산은 팀장님이 부족하다고 하심. Only some states can be theirs; and they may be missing. */
static bool may_be_about(const struct item *item, const struct rr_word *word) {
    bool lacks = word->kind == RR_WORD_NOT || (word->kind == RR_WORD_BLOCKS_ALONE && word->label == RR_FIT_UNCLEAR); /* 불명확 */
    return item->word.kind != RR_WORD_PERSON || is_of_people(word) || word->kind == RR_WORD_GOOD ||
           word->kind == RR_WORD_PLEASED || (lacks && word->begin - item->end <= lacking_max_bytes);
}

static struct rr_slice text_of(const struct sentence *sentence, const struct rr_word *word) {
    return (struct rr_slice){sentence->text.ptr + word->begin, word->end - word->begin};
}

/* Of what else than what was wrong may that be said: 가격 이견 있었음, 합의 완료? */
static bool is_solution(struct rr_slice text) {
    static const struct rr_slice words[] = {RR_SLICE("해결"),     RR_SLICE("해소"),    RR_SLICE("합의"),   RR_SLICE("타결"),
                                            RR_SLICE("resolved"), RR_SLICE("settled"), RR_SLICE("solved"), RR_SLICE("sorted")};
    bool solution = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        solution |= begins_with(text, words[i]);
    return solution;
}

/* Whom the clause is about: 본부장님이, 결정권자는. */
static struct item *subject_of(struct sentence *sentence) {
    static const struct rr_slice subject[] = {RR_SLICE("이"),   RR_SLICE("가"),   RR_SLICE("은"),     RR_SLICE("는"),
                                              RR_SLICE("님이"), RR_SLICE("님은"), RR_SLICE("님께서"), RR_SLICE("께서"),
                                              RR_SLICE("도"),   RR_SLICE("님도"), RR_SLICE("들이"),   RR_SLICE("들은")};
    for (int i = sentence->count - 1; i >= sentence->clause; i--) {
        struct item *item = &sentence->items[i];
        bool may_be =
            item->word.kind == RR_WORD_PERSON || (item->word.kind == RR_WORD_TOPIC && item->word.label == RR_DECISION_MAKER);
        const struct rr_slice behind = {sentence->text.ptr + item->word.end, sentence->text.len - item->word.end};
        for (size_t j = 0; may_be && j < sizeof subject / sizeof subject[0]; j++)
            if (begins_with(behind, subject[j]))
                return item;
    }
    return NULL;
}

/* Who thinks ill of what is taught, or of what is no label's: 본부장님이 교육 효과에 회의적. Of money or time it is that which is
 * bad. */
static struct item *who_thinks(struct sentence *sentence) {
    const struct item *last = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool open =
        last != NULL && (last->state != NEUTRAL || last->word.label == RR_FIT_UNCLEAR || last->word.kind == RR_WORD_OTHER);
    return open ? subject_of(sentence) : NULL;
}

/* The item that a state is about: the clause's last one, or where the clause has none and goes on from another, that one's. */
static struct item *about(struct sentence *sentence, const struct rr_word *word, enum state state) {
    struct item *who = word->kind == RR_WORD_ATTITUDE ? who_thinks(sentence) : NULL;
    if (who != NULL)
        return who;
    int at = sentence->count - 1;
    while (at >= sentence->start && !may_be_about(&sentence->items[at], word))
        at--;
    if (at < sentence->start)
        return NULL;
    struct item *item = &sentence->items[at];
    bool goes_on = (sentence->parted == RR_WORD_TURNS && !(sentence->apart && state == BAD)) ||
                   (sentence->parted == RR_WORD_COMMA && state == BAD && item->state == NEUTRAL) ||
                   (sentence->parted == RR_WORD_COMMA && item->state == BAD && is_solution(text_of(sentence, word)));
    bool passes = sentence->count > sentence->clause && state == BAD && item->state == GOOD; /* 예산은 됐지만 팀장님이 고집 */
    return at >= sentence->clause || (goes_on && !item->over && !passes) ? item : NULL;
}

static bool is_english(const struct sentence *sentence, const struct rr_word *word) {
    return (unsigned char)sentence->text.ptr[word->begin] < 0x80;
}

/* Whatever waits waits for the next word only. What blocks by itself is a phrase, and denied right before it or not at all. */
static bool take_denial(struct sentence *sentence, const struct rr_word *word) {
    const struct rr_word *denial = sentence->denial;
    sentence->denial = NULL;
    if (denial == NULL)
        return false;
    size_t max = !is_english(sentence, denial)  ? next_max_bytes
                 : word->kind == RR_WORD_BLOCKS ? phrase_max_bytes
                                                : denied_max_bytes;
    return word->begin - denial->end <= max;
}

static enum state opposite(enum state state) {
    return state == BAD ? GOOD : BAD;
}

/* ---- What each kind of word does ---- */

/* Is there nothing between two topics but what joins them? With people it does not: 담당자와 연락. */
static bool joins(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE("과"),   RR_SLICE("와"),  RR_SLICE("및"),
                                            RR_SLICE("하고"), RR_SLICE("and"), RR_SLICE("&")};
    between = rr_slice_trim(between);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (rr_slice_equal(between, words[i]))
            return true;
    return false;
}

/* Do they say so and go on to what follows from it: 부담된다고 + 과정을 줄이자고? Not where they only say so: 없다고 하고. */
static bool is_said(struct rr_slice between) {
    static const struct rr_slice says[] = {RR_SLICE("하"), RR_SLICE("함"), RR_SLICE("해"), RR_SLICE("했"), RR_SLICE("말"),
                                           RR_SLICE("들"), RR_SLICE("전"), RR_SLICE("답"), RR_SLICE("연"), RR_SLICE("한")};
    const struct rr_slice that = RR_SLICE("다고 ");
    const char *at = memmem(between.ptr, between.len, that.ptr, that.len);
    if (at == NULL)
        return false;
    const char *from = at + that.len;
    const struct rr_slice rest = {from, between.len - (size_t)(from - between.ptr)};
    bool said = true;
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++)
        said &= !begins_with(rest, says[i]);
    return said;
}

/* Does what stands between say that what is behind it follows from what is before it? */
static bool is_because(struct rr_slice between) {
    static const struct rr_slice so = RR_SLICE("서 ");
    static const struct rr_slice by[] = {RR_SLICE("로 "), RR_SLICE("으로 "), RR_SLICE("로, "), RR_SLICE("으로, ")};
    static const char *const words[] = {"서, ",   "다 보니", "다보니", "나와 ",  "있어 ", "있어, ", "바람에", "차원에서",
                                        "때문에", "탓에",    "탓으로", "관계로", "인해",  "느라",   "여파로"};
    bool because = false; /* 예산 부족 + 으로 */
    for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
        because |= begins_with(between, by[i]);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        because |= memmem(between.ptr, between.len, words[i], strlen(words[i])) != NULL;
    for (size_t i = 3; i + 4 <= between.len; i++) /* 비싸서, but not 본사에서 */
        because |= memcmp(between.ptr + i, "서 ", 4) == 0 && memcmp(between.ptr + i - 3, "에", 3) != 0;
    return because || begins_with(between, so) || is_said(between);
}

/* A word with its ending, which stands in between. Empty: it goes on. */
static struct rr_slice with_ending(struct rr_slice word, struct rr_slice between) {
    size_t end = 0;
    while (end < between.len && between.ptr[end] != ' ' && between.ptr[end] != ',')
        end++;
    return (struct rr_slice){word.ptr, end == between.len ? 0 : (size_t)(between.ptr + end - word.ptr)};
}

static bool ends_with_any(struct rr_slice text, const struct rr_slice *ends, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (ends_with(text, ends[i]))
            return true;
    return false;
}

static bool begins_with_any(struct rr_slice text, const struct rr_slice *starts, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (begins_with(text, starts[i]))
            return true;
    return false;
}

/* Is a word with its ending the reason of what is behind it: 비싸서, 밀려, 동결이라? */
static bool is_because_of(struct rr_slice word) {
    static const struct rr_slice ends[] = {RR_SLICE("서"), RR_SLICE("라"), RR_SLICE("니"), RR_SLICE("므로"), RR_SLICE("려"),
                                           RR_SLICE("여"), RR_SLICE("해"), RR_SLICE("혀"), RR_SLICE("져"),   RR_SLICE("어"),
                                           RR_SLICE("아"), RR_SLICE("빠"), RR_SLICE("워"), RR_SLICE("돼"),   RR_SLICE("겨"),
                                           RR_SLICE("쳐"), RR_SLICE("켜"), RR_SLICE("춰"), RR_SLICE("며")};
    static const struct rr_slice nouns[] = {RR_SLICE("반려"), RR_SLICE("우려"), RR_SLICE("염려"),
                                            RR_SLICE("손해"), RR_SLICE("피해"), RR_SLICE("오해")};
    if (ends_with_any(word, nouns, sizeof nouns / sizeof nouns[0]))
        return false;
    return ends_with_any(word, ends, sizeof ends / sizeof ends[0]);
}

/* Or what that waits for: 안 깎아 주면? */
static bool is_condition_of(struct rr_slice word) {
    static const struct rr_slice ends = RR_SLICE("면");
    return ends_with(word, ends);
}

/* Is there another blocker before it in the sentence, which it follows from? What somebody is, is often no more than by whom:
 * 본사 지침으로 예산이 동결. */
static bool is_consequence(const struct sentence *sentence, const struct item *item) {
    const struct item *cause = item - 1;
    while (cause > sentence->items + sentence->start &&
           (cause->word.kind == RR_WORD_OTHER || (cause->state == NEUTRAL && cause > sentence->items + sentence->clause)))
        cause--;
    if (item == sentence->items + sentence->start || sentence->parted == RR_WORD_TURNS || item->word.begin < cause->end)
        return false;
    if (cause->follows && item > sentence->items + sentence->clause)
        return true;
    enum rr_blocker label = cause->word.label;
    bool counts = cause->state == BAD && cause->word.kind != RR_WORD_BLOCKS_ALONE &&
                  (label != RR_FIT_UNCLEAR || item->word.label > label) && cause->word.kind != RR_WORD_OTHER &&
                  label != item->word.label && item->word.label != RR_NO_RESPONSE &&
                  !(cause->word.kind == RR_WORD_BLOCKS && label == RR_DECISION_MAKER);
    const struct rr_slice between = {sentence->text.ptr + cause->end, item->word.begin - cause->end};
    const struct rr_slice syllable = {between.ptr - syllable_bytes, syllable_bytes};
    return counts && (cause->follows || is_because(between) || is_because_of(with_ending(syllable, between)) ||
                      is_condition_of(with_ending(syllable, between)));
}

static bool is_explanation(const struct sentence *sentence, const struct item *item) {
    static const struct rr_slice why[] = {RR_SLICE("because"), RR_SLICE("due to"), RR_SLICE("owing to")};
    const struct item *before = item - 1;
    if (item->word.begin < before->end)
        return false;
    const struct rr_slice between = {sentence->text.ptr + before->end, item->word.begin - before->end};
    return holds(between, why[0]) || holds(between, why[1]) || holds(between, why[2]);
}

static struct item *add_item(struct sentence *sentence, const struct rr_word *word, enum state state) {
    if (sentence->count == items_max)
        return NULL;
    const struct item *before = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    struct item *item = &sentence->items[sentence->count++];
    *item = (struct item){.word = *word, .state = state, .end = word->end};
    if (before != NULL && before->state == NEUTRAL && before->word.label != RR_DECISION_MAKER && word->begin >= before->end)
        item->joined = joins((struct rr_slice){sentence->text.ptr + before->end, word->begin - before->end});
    item->follows = is_consequence(sentence, item);
    item->explains = item > sentence->items + sentence->start && is_explanation(sentence, item);
    return item;
}

/* Does the word before deny this one, though it is more than a denial: 일정이 안 + 잡힘? */
static bool is_denied_by_last(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice not [] = {RR_SLICE("안"), RR_SLICE("못")};
    const struct rr_word *last = sentence->last;
    if (last == NULL || word->begin - last->end > next_max_bytes)
        return false;
    const struct rr_slice start = {sentence->text.ptr, last->end};
    return ends_with(start, not [0]) || ends_with(start, not [1]);
}

/* Was it said in the clause that they take us: of a competitor named behind it they do not: chose us over Udemy? */
static bool is_beaten(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice us[] = {RR_SLICE("우리"), RR_SLICE("저희"), RR_SLICE("당사"),
                                         RR_SLICE("us"),   RR_SLICE("our"),  RR_SLICE("we ")};
    const struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    if (item == NULL || word->label != RR_COMPETITOR || item->word.label != RR_COMPETITOR || item->word.kind != RR_WORD_SETTLES ||
        item->state != GOOD)
        return false;
    bool named = false;
    for (size_t i = 0; i < sizeof us / sizeof us[0]; i++)
        named |= holds(text_of(sentence, &item->word), us[i]);
    return named;
}

/* What budgets wait for is no approval of ours: 예산 사용 + 승인이 보류. */
static bool is_of_budget(const struct sentence *sentence, const struct rr_word *word) {
    const struct item *item = &sentence->items[sentence->count - 1];
    return sentence->count > sentence->clause && item->state == NEUTRAL && item->word.kind == RR_WORD_TOPIC &&
           item->word.label == RR_BUDGET && word->label == RR_APPROVAL_DELAY;
}

/* Topics that are named together share their state. */
static void set_state(struct sentence *sentence, struct item *item, enum state state, const struct rr_word *word) {
    for (struct item *each = item; each->joined && each > sentence->items && each[-1].state == NEUTRAL; each--)
        each[-1].state = state;
    item->state = state;
    item->end = word->end;
}

/* Who decides nothing: what they doubt is the course. */
static bool is_clerk(const struct sentence *sentence, const struct item *item) {
    static const struct rr_slice clerks[] = {RR_SLICE("담당자"), RR_SLICE("담당"),        RR_SLICE("실무자"),
                                             RR_SLICE("실무진"), RR_SLICE("교육 담당자"), RR_SLICE("인사 담당자"),
                                             RR_SLICE("매니저")};
    bool clerk = false;
    for (size_t i = 0; i < sizeof clerks / sizeof clerks[0]; i++)
        clerk |= rr_slice_equal(text_of(sentence, &item->word), clerks[i]);
    return clerk;
}

/* Does somebody doubt what is taught: 팀장님이 여전히 효과를 의심? That is who is to be convinced. */
static struct item *who_doubts(struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice doubts[] = {RR_SLICE("의심"), RR_SLICE("의문"),   RR_SLICE("의구"),
                                             RR_SLICE("믿"),   RR_SLICE("거부감"), RR_SLICE("회의")};
    bool is_doubt = false;
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++)
        is_doubt |= word->label == RR_FIT_UNCLEAR && holds(text_of(sentence, word), doubts[i]);
    struct item *who = is_doubt ? subject_of(sentence) : NULL;
    return who != NULL && !is_clerk(sentence, who) ? who : NULL;
}

static void take_blocker(struct sentence *sentence, const struct rr_word *word) {
    bool good = is_beaten(sentence, word) || (sentence->ahead == GOOD && is_english(sentence, word) &&
                                              (word->label != RR_COMPETITOR || sentence->ahead_denies)); /* signed with Udemy */
    enum state state = take_denial(sentence, word) || good ? GOOD : BAD;
    struct item *who = who_doubts(sentence, word);
    if (is_of_budget(sentence, word))
        sentence->items[sentence->count - 1].state = state;
    else if (who != NULL)
        set_state(sentence, who, state, word);
    else
        add_item(sentence, word, state);
    sentence->last = word;
    sentence->stated = who;
    sentence->ahead = NEUTRAL;
}

/* Is the word no more than where, with whom, or what for something is: 임원 선에서, 팀장님과, funding for the program? */
static bool is_aside(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice behind[] = {RR_SLICE("에서"),    RR_SLICE("에게"),  RR_SLICE("한테"),
                                             RR_SLICE("께 "),     RR_SLICE("님께 "), RR_SLICE("님과"),
                                             RR_SLICE(" 선에서"), RR_SLICE(" 측"),   RR_SLICE("보다")};
    static const struct rr_slice before[] = {RR_SLICE("for "),    RR_SLICE("for the "), RR_SLICE("for this "),
                                             RR_SLICE("of the "), RR_SLICE("of this "), RR_SLICE("with the "),
                                             RR_SLICE("in the ")};
    const struct rr_slice rest = {sentence->text.ptr + word->end, sentence->text.len - word->end};
    const struct rr_slice start = {sentence->text.ptr, word->begin};
    bool aside = false;
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++)
        aside |= begins_with(rest, behind[i]);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        aside |= ends_with(start, before[i]);
    return aside;
}

/* That approvals take, of which nobody says that it lacks: 결재가 다 나려면 시간이 더 필요. */
static bool is_time(struct rr_slice text) {
    static const struct rr_slice times[] = {RR_SLICE("시간"), RR_SLICE("기간"), RR_SLICE("날짜")};
    bool is = false;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        is |= rr_slice_equal(text, times[i]);
    return is;
}

/* Of money and approvals is said what is said, though what is taught, or a person, stands in between: 예산에 맞춰 과정을 축소,
 * 결재를 부장님이 반려. Not of a person who is named by it: 예산 담당자. */
static bool is_within(const struct sentence *sentence, const struct rr_word *word) {
    const struct item *item = &sentence->items[sentence->count - 1];
    enum rr_blocker about = item->word.label, label = word->label;
    bool weighs =
        item->word.kind == RR_WORD_TOPIC && (about == RR_BUDGET || about == RR_APPROVAL_DELAY || about == RR_PRICE_TERM);
    bool weighs_less = (about == RR_APPROVAL_DELAY && is_time(text_of(sentence, word))) || word->kind == RR_WORD_OTHER ||
                       (word->kind == RR_WORD_TOPIC && (label == RR_FIT_UNCLEAR || label == RR_DECISION_MAKER));
    bool compound = word->begin <= item->end + 1; /* 예산 담당자, but 비용 목표 */
    bool names_it = compound && (word->kind == RR_WORD_OTHER ? about != RR_APPROVAL_DELAY
                                                             : label != RR_FIT_UNCLEAR || about == RR_APPROVAL_DELAY);
    return weighs && weighs_less && !names_it && !is_english(sentence, word);
}

/* Is it only what is cheap or dear: 저렴한 과정? */
static bool is_priced(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice ends[] = {RR_SLICE("한"), RR_SLICE("싼"), RR_SLICE("운"), RR_SLICE("은"), RR_SLICE("는")};
    const struct item *item = &sentence->items[sentence->count - 1];
    const struct rr_slice start = {sentence->text.ptr, item->word.end};
    return sentence->count > sentence->clause && item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_PRICE_TERM &&
           word->kind == RR_WORD_TOPIC && word->label == RR_FIT_UNCLEAR &&
           ends_with_any(start, ends, sizeof ends / sizeof ends[0]);
}

static void take_topic(struct sentence *sentence, const struct rr_word *word) {
    const struct item *before = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool goes_on = before != NULL && before->state == NEUTRAL;
    bool whose = goes_on && before->word.kind == RR_WORD_PERSON; /* 대표 결재에서 */
    if (is_priced(sentence, word) ||
        (goes_on && ((!whose && is_aside(sentence, word)) || is_within(sentence, word) || is_of_budget(sentence, word))))
        return;
    const struct rr_word *denial = sentence->denial;
    bool denied = take_denial(sentence, word);
    bool waits = word->kind == RR_WORD_PERSON && sentence->ahead == BAD && !sentence->ahead_of_people; /* 밀려 있던 대표 날인 */
    struct item *item = add_item(sentence, word, denied ? BAD : waits ? NEUTRAL : sentence->ahead);
    sentence->last = NULL;
    if (item == NULL || waits)
        return;
    item->denied = denied;
    item->not_that = denied && text_of(sentence, denial).len == strlen("not");
    item->settled = sentence->ahead == GOOD;
    item->qualified = sentence->ahead == BAD;
    sentence->ahead = NEUTRAL;
}

/* What was said of the label from an item on is over; of RR_NO_PIPELINE, which no word has: whatever was said. */
static void settle(struct sentence *sentence, int from, enum rr_blocker label) {
    for (int i = from; i < sentence->count; i++)
        if (sentence->items[i].word.label == label || label == RR_NO_PIPELINE)
            sentence->items[i].state = GOOD;
}

static bool clause_blocks(const struct sentence *sentence) {
    for (int i = sentence->clause; i < sentence->count; i++)
        if (sentence->items[i].state == BAD && sentence->items[i].word.kind != RR_WORD_OTHER)
            return true;
    return false;
}

static bool is_us(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice us[] = {RR_SLICE("우리"), RR_SLICE("저희"), RR_SLICE("당사"), RR_SLICE("us")};
    const struct rr_slice text = text_of(sentence, word);
    return begins_with(text, us[0]) || begins_with(text, us[1]) || begins_with(text, us[2]) || ends_with(text, us[3]);
}

/* They buy, in spite of it all: 비싸지만 계약하기로. Unless there is a but: 내년에 계약하기로. */
static void take_agreement(struct sentence *sentence, const struct rr_word *word) {
    bool denied = take_denial(sentence, word);
    sentence->last = word;
    sentence->stated = NULL;
    if (denied)
        return;
    if (is_us(sentence, word))
        settle(sentence, sentence->start, RR_COMPETITOR);
    bool goes_on = sentence->parted == RR_WORD_TURNS || sentence->parted == RR_WORD_COMMA;
    int until = goes_on ? sentence->clause : sentence->start;
    for (int i = 0; i < until && !clause_blocks(sentence); i++)
        sentence->items[i].state = GOOD;
}

static bool is_person(const struct item *item) {
    return is_topic(item) && item->word.label == RR_DECISION_MAKER;
}

/* So it is by a word of the vocabulary; unless it is denied: then that is what the clause's topic lacks, if it has one. */
/* Is it what they still need, or what comes only after that: 확보돼야, 떨어져야, 심의를 거쳐야 승인? */
static bool is_needed(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice ends[] = {RR_SLICE("야 "),  RR_SLICE("해야"), RR_SLICE("돼야"), RR_SLICE("되어야"),
                                           RR_SLICE("어야"), RR_SLICE("아야"), RR_SLICE("져야"), RR_SLICE("하여야")};
    const struct rr_slice rest = {sentence->text.ptr + word->end, sentence->text.len - word->end};
    static const struct rr_slice field = RR_SLICE("분야 ");
    const struct rr_slice start = {sentence->text.ptr, word->begin};
    bool needed = ends_with(start, ends[0]) && !ends_with(start, field);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        needed |= begins_with(rest, ends[i]);
    return needed;
}

static void take_settlement(struct sentence *sentence, const struct rr_word *word) {
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool denied = take_denial(sentence, word) || is_needed(sentence, word);
    sentence->last = word;
    sentence->stated = NULL;
    bool lacks = item != NULL && item->state == NEUTRAL && (item->word.label == word->label || !is_person(item));
    if (denied && lacks) {
        item->state = BAD;
        return;
    }
    bool others = lacks && word->label == RR_APPROVAL_DELAY && item->word.label != word->label; /* budget is approved */
    if (!denied)
        settle(sentence, others ? sentence->clause : sentence->start, word->label);
    if (!denied && others) {
        item->state = GOOD;
        return;
    }
    item = add_item(sentence, word, denied ? BAD : GOOD);
    if (item != NULL && !denied && (word->label == RR_NO_RESPONSE || word->label == RR_DECISION_MAKER))
        item->word.kind = RR_WORD_OTHER; /* what they say is not said of that: 전화 주셨는데 어렵다고 함 */
}

/* What is good of a competitor, or of waiting, is no good news, unless the vocabulary says so: 타사와 미팅이 잡혔다, 미루기로
 * 정리됨. */
static bool is_for_others(const struct sentence *sentence, const struct item *item, enum state state) {
    bool within = sentence->parted != RR_WORD_TURNS || item >= sentence->items + sentence->clause;
    return state == GOOD && within && item->word.kind == RR_WORD_BLOCKS &&
           (item->word.label == RR_COMPETITOR || item->word.label == RR_LOW_PRIORITY);
}

/* What follows from what is supposed is bad: so that is what they wait for. 예산이 안 나오면 + 어렵다. */
static bool follows(struct sentence *sentence) {
    struct item *item = sentence->supposed;
    sentence->supposed = NULL;
    for (int i = sentence->clause; i < sentence->count; i++)
        if (sentence->items[i].word.kind != RR_WORD_OTHER && sentence->items[i].word.kind != RR_WORD_PERSON)
            return false;
    if (item == NULL)
        return false;
    item->state = BAD;
    return true;
}

/* That those who do not decide are for it does not settle that somebody is not: 본부장은 반대하나 실무자는 긍정적. */
static bool decides_nothing(const struct sentence *sentence, const struct item *item) {
    static const struct rr_slice who[] = {RR_SLICE("실무"), RR_SLICE("담당"), RR_SLICE("교육 담당"), RR_SLICE("인사 담당"),
                                          RR_SLICE("과장"), RR_SLICE("차장"), RR_SLICE("hr"),        RR_SLICE("HR")};
    bool nothing = false;
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
        nothing |= is_person(item) && begins_with(text_of(sentence, &item->word), who[i]);
    for (const struct item *each = sentence->items + sentence->start; each < item; each++)
        nothing &= each->word.label != RR_DECISION_MAKER ||
                   !rr_slice_equal(text_of(sentence, &each->word), text_of(sentence, &item->word));
    return nothing;
}

/* The word of a state before, with its ending; empty where it stands far off or is none that is bad. */
static struct rr_slice bad_before(const struct sentence *sentence, const struct rr_word *word) {
    const struct rr_word *last = sentence->last;
    bool blocks = last != NULL && (last->kind == RR_WORD_BAD || is_of_people(last) || last->kind == RR_WORD_BLOCKS ||
                                   last->kind == RR_WORD_BLOCKS_ALONE);
    if (!blocks || word->begin - last->end > as_such_max_bytes)
        return (struct rr_slice){NULL, 0};
    return with_ending(text_of(sentence, last), (struct rr_slice){sentence->text.ptr + last->end, word->begin - last->end});
}

/* Does that say why this is so: 비싸서, 동결로? */
static bool is_reason(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice by = RR_SLICE("로");
    static const struct rr_slice right[] = {RR_SLICE("서"), RR_SLICE("니"), RR_SLICE("므로")}; /* 결재가 안 나서 못 */
    const struct rr_slice before = bad_before(sentence, word);
    if (before.len == 0)
        return false;
    const struct rr_slice all = {before.ptr, (size_t)(sentence->text.ptr + word->begin - before.ptr)};
    return is_because_of(before) || ends_with(before, by) ||
           ends_with_any(rr_slice_trim(all), right, sizeof right / sizeof right[0]);
}

/* Is what is bad all that came of it: 무응답으로 종료, 보류로 확정? Not where it was seen to: 인원이 부족해 충원 완료, 다음 주로
 * 확정. */
static bool is_outcome(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice by = RR_SLICE("로");
    static const struct rr_slice over[] = {RR_SLICE("종료"), RR_SLICE("종결"), RR_SLICE("마감")};
    const struct rr_slice text = text_of(sentence, word);
    bool ends = begins_with(text, over[0]) || begins_with(text, over[1]) || begins_with(text, over[2]);
    return (ends && is_reason(sentence, word)) ||
           (!is_solution(text) && ends_with(bad_before(sentence, word), by) && !ends_with(text_of(sentence, sentence->last), by));
}

/* Does the word begin a clause, and stand right before the topic that it is about: 합의했지만 빠듯한 일정, all done except
 * approval? */
static bool is_ahead(const struct sentence *sentence, const struct rr_word *word) {
    const struct rr_word *next = sentence->next;
    const struct rr_slice text = text_of(sentence, word);
    size_t near = is_english(sentence, word) ? phrase_max_bytes : next_max_bytes;
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
static bool is_nothing(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice no[] = {RR_SLICE("no "), RR_SLICE("No ")};
    const struct rr_word *last = sentence->last;
    bool behind = last != NULL && last->kind == RR_WORD_BLOCKS && word->begin - last->end <= 1;
    return behind && (begins_with(text_of(sentence, last), no[0]) || begins_with(text_of(sentence, last), no[1]));
}

static void take_state(struct sentence *sentence, const struct rr_word *word, enum state state) {
    static const struct rr_slice no[] = {RR_SLICE("no"), RR_SLICE("No"), RR_SLICE("without"), RR_SLICE("Without")};
    bool denied = take_denial(sentence, word);
    if (denied)
        state = opposite(state);
    else if (is_denied_by_last(sentence, word) || is_needed(sentence, word))
        state = BAD;
    struct item *item =
        (state == BAD || is_english(sentence, word)) && is_ahead(sentence, word) ? NULL : about(sentence, word, state);
    if (state == GOOD && item != NULL && item->state == BAD && (is_outcome(sentence, word) || is_nothing(sentence, word)))
        return;
    sentence->last = word;
    sentence->stated = item;
    if (state == BAD && follows(sentence))
        return;
    if (item == NULL) {
        sentence->ahead_of_people = is_of_people(word);
        sentence->ahead = state == BAD || is_english(sentence, word) ? state : NEUTRAL;
        sentence->ahead_denies = denied || begins_with_any(text_of(sentence, word), no, sizeof no / sizeof no[0]);
        sentence->bad = state == BAD && !is_english(sentence, word);
        sentence->loose &= state == BAD;
        return;
    }
    sentence->bad &= state == BAD;
    if ((!denied && is_for_others(sentence, item, state)) ||
        (word->kind == RR_WORD_PLEASED && item->state == BAD && is_hard(item->word.label))) {
        sentence->last = NULL;
        return;
    }
    size_t near =
        denied && !is_english(sentence, word) ? turned_max_bytes : settled_max_bytes; /* 스폰서 부재로 드라이브가 안 걸림 */
    bool far = word->begin - item->end > near && sentence->count > sentence->clause;
    if (item->denied && state == BAD) {
        item->denied = false; /* no budget issue */
        set_state(sentence, item, GOOD, word);
    } else if (!item->denied && !(item->settled && state == BAD) && !(item->state == BAD && state == GOOD && far)) {
        set_state(sentence, item, state, word);
        if (state == GOOD && item->word.kind != RR_WORD_OTHER && !item->follows &&
            !decides_nothing(sentence, item)) /* 담당자가 바뀌었으나 새 팀장도 우호적 */
            settle(sentence, sentence->parted == RR_WORD_TURNS ? sentence->start : sentence->clause, item->word.label);
    }
}

static void take_blocker_alone(struct sentence *sentence, const struct rr_word *word) {
    const struct item *item = about(sentence, word, BAD);
    bool own = item != NULL && (item >= sentence->items + sentence->clause ||
                                (sentence->parted == RR_WORD_TURNS && item->state != GOOD)); /* 예산은 확보했으나 보류 */
    bool of_course = own && item->word.label == RR_FIT_UNCLEAR && word->label == RR_LOW_PRIORITY; /* 이번 과정은 보류 */
    if (sentence->supposed != NULL || (own && item->word.kind != RR_WORD_OTHER && !of_course))
        take_state(sentence, word, BAD);
    else
        take_blocker(sentence, word);
}

/* 없지 않다, 없는 건 아니다, 좋다고는 할 수 없다: what denies another denial says so, or stands right behind. */
static bool denies_as_such(struct rr_slice between) {
    static const struct rr_slice words[] = {RR_SLICE(" 건 "),   RR_SLICE(" 것"),      RR_SLICE(" 게 "),
                                            RR_SLICE("다고는"), RR_SLICE("다고만은"), RR_SLICE("진 ")};
    bool as_such = false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        as_such |= holds(between, words[i]);
    return as_such;
}

/* What blocks as a thing only lacks yet more: 선금은 못 준다, 마진이 안 남는다. Unless it is what is not done: 네고는 안 함. */
static bool is_of_thing(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice done[] = {RR_SLICE(" 하"), RR_SLICE(" 한"), RR_SLICE(" 함"), RR_SLICE(" 할"), RR_SLICE(" 해"),
                                           RR_SLICE(" 했"), RR_SLICE(" 되"), RR_SLICE(" 돼"), RR_SLICE(" 됐"), RR_SLICE(" 된")};
    static const struct rr_slice not = RR_SLICE("안");
    const struct rr_slice behind = {sentence->text.ptr + word->end, sentence->text.len - word->end};
    const struct rr_word *last = sentence->last;
    bool thing = word->kind == RR_WORD_NOT_AHEAD && last->kind == RR_WORD_BLOCKS && last->label != RR_COMPETITOR;
    return thing &&
           !(rr_slice_equal(text_of(sentence, word), not ) && begins_with_any(behind, done, sizeof done / sizeof done[0]));
}

/* Does a denial deny the word before it? */
static bool turns_last(const struct sentence *sentence, const struct rr_word *word) {
    const struct rr_word *last = sentence->last;
    if (last == NULL || word->begin - last->end > as_such_max_bytes)
        return false;
    const struct rr_slice between = {sentence->text.ptr + last->end, word->begin - last->end};
    static const struct rr_slice stem = RR_SLICE("지"); /* what blocks as a whole: 반응을 보이지 + 않음 */
    if (last->kind == RR_WORD_BLOCKS && ends_with(text_of(sentence, last), stem) && between.len <= 1)
        return false;
    if (is_of_thing(sentence, word))
        return false;
    static const struct rr_slice of_verbs[] = {RR_SLICE("지 "), RR_SLICE("지는"), RR_SLICE("일"), RR_SLICE("적"), RR_SLICE("리")};
    bool verb = last->kind == RR_WORD_NOT_AHEAD &&
                begins_with_any(text_of(sentence, word), of_verbs, sizeof of_verbs / sizeof of_verbs[0]);
    bool denies = !verb && (last->kind == RR_WORD_NOT || last->kind == RR_WORD_NOT_AHEAD); /* 못 오지 않게, 안 될 일은 없다 */
    return denies_as_such(between) || between.len <= (denies ? 0 : turned_max_bytes);
}

static bool is_copula(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice words[] = {RR_SLICE("아니"), RR_SLICE("아님"), RR_SLICE("아닌")};
    const struct rr_slice text = text_of(sentence, word);
    return begins_with(text, words[0]) || begins_with(text, words[1]) || begins_with(text, words[2]);
}

/* What was thought of it is not so, or what there was is no more: 막힌 줄 알았는데 아님, 한때 문제가 있었지만 이제 없음. */
static bool was_trouble(const struct sentence *sentence, const struct item *item, const struct rr_word *word) {
    static const struct rr_slice is[] = {RR_SLICE("이 있"), RR_SLICE("가 있")};
    const struct rr_slice behind = {sentence->text.ptr + item->end, sentence->text.len - item->end};
    return item->was == BAD && (is_copula(sentence, word) || begins_with(behind, is[0]) || begins_with(behind, is[1]));
}

/* 그런 분이 없음, but not 특이 사항 없음 */
static bool has_subject(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice subject[] = {RR_SLICE("이 "), RR_SLICE("가 ")};
    return ends_with_any((struct rr_slice){sentence->text.ptr, word->begin}, subject, sizeof subject / sizeof subject[0]);
}

static void take_not(struct sentence *sentence, const struct rr_word *word) {
    struct item *item = about(sentence, word, BAD);
    sentence->turned = true;
    if (follows(sentence) || is_reason(sentence, word) || is_condition_of(bad_before(sentence, word)))
        ;
    else if (turns_last(sentence, word)) {
        bool stated = sentence->last->kind != RR_WORD_BAD && sentence->last->kind != RR_WORD_GOOD &&
                      sentence->last->kind != RR_WORD_PLEASED; /* 담당자 변동 없음 */
        item = sentence->stated != NULL || !stated ? sentence->stated : item;
        sentence->ahead = NEUTRAL;
        sentence->bad = item == NULL && sentence->last->kind == RR_WORD_GOOD && !is_english(sentence, word);
        if (item != NULL && sentence->last->kind == RR_WORD_SETTLES)
            item->word.kind = RR_WORD_SETTLES; /* 대표 승낙 + 을 못 받음 */
        if (item != NULL)
            set_state(sentence, item, opposite(item->state), word);
    } else if (item != NULL && item->state == NEUTRAL)
        set_state(sentence, item, was_trouble(sentence, item, word) ? GOOD : BAD, word);
    else if (item != NULL && item->qualified && (is_english(sentence, word) || is_copula(sentence, word)))
        set_state(sentence, item, GOOD, word); /* concerns about the budget are gone, 무리한 일정은 아님 */
    else {
        sentence->ahead = NEUTRAL;
        sentence->bad = item == NULL && has_subject(sentence, word);
    }
    sentence->last = word; /* which may be denied in its turn: 없지 않다 */
}

static bool is_state(const struct rr_word *word) {
    enum rr_word_kind kind = word->kind;
    return kind == RR_WORD_BAD || is_of_people(word) || kind == RR_WORD_GOOD || kind == RR_WORD_PLEASED ||
           kind == RR_WORD_BLOCKS || kind == RR_WORD_BLOCKS_ALONE || kind == RR_WORD_SETTLES;
}

/* 안 stands right before what it denies, or behind a noun that means something done: 확보 안 됨. */
static void take_not_ahead(struct sentence *sentence, const struct rr_word *word) {
    const struct rr_word *next = sentence->next;
    if (is_english(sentence, word) || (next != NULL && next->begin - word->end <= next_max_bytes && is_state(next)))
        sentence->denial = word;
    else
        take_not(sentence, word);
}

/* Does the word end what was said, as 밀리면 ends in 면, and 화면 does not? */
static bool is_ending(const struct sentence *sentence, const struct rr_word *word) {
    return sentence->last != NULL && sentence->last->end == word->begin;
}

/* The clause's first item that is only asked about: 비싸다며 + 할인되는지 문의. */
static int first_asked(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice said[] = {RR_SLICE("다며 "), RR_SLICE("라며 "), RR_SLICE("다면서 "), RR_SLICE("라면서 ")};
    int first = sentence->clause;
    for (int i = sentence->clause; i < sentence->count; i++) {
        size_t from = sentence->items[i].end, to = i + 1 < sentence->count ? sentence->items[i + 1].word.begin : word->begin;
        const struct rr_slice between = {sentence->text.ptr + from, to > from ? to - from : 0};
        for (size_t j = 0; j < sizeof said / sizeof said[0]; j++)
            first = holds(between, said[j]) ? i + 1 : first;
    }
    return first;
}

/* In Korean that ends what is asked, in English it begins it. */
static void take_asks(struct sentence *sentence, const struct rr_word *word) {
    if (is_english(sentence, word)) {
        sentence->asks = true;
        return;
    }
    dismiss(sentence, first_asked(sentence, word));
    sentence->bad = false;
    begin_clause(sentence, RR_WORD_ASKS);
}

/* 예산 문제만 풀리면 바로 하겠다: so that is still open. Not what is only what comes next: 일정만 잡으면 된다. */
static bool is_all_that_lacks(const struct sentence *sentence, const struct item *item, const struct rr_word *word) {
    static const struct rr_slice only = RR_SLICE("만 ");
    static const struct rr_slice next[] = {RR_SLICE(" 되"), RR_SLICE(" 된"), RR_SLICE(" 돼"), RR_SLICE(" 됨"), RR_SLICE(" 끝")};
    const struct rr_slice behind = {sentence->text.ptr + word->end, sentence->text.len - word->end};
    if (item == NULL || item->word.kind == RR_WORD_OTHER || item->word.kind == RR_WORD_SETTLES || is_english(sentence, word))
        return false;
    return holds((struct rr_slice){sentence->text.ptr + item->word.begin, word->begin - item->word.begin}, only) &&
           !begins_with_any(behind, next, sizeof next / sizeof next[0]);
}

/* 밀리면, 늦어질 경우, Should it; not 화면, 저희 경우, it should. */
static bool supposes(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice space = RR_SLICE(" ");
    struct rr_slice before = {sentence->text.ptr, word->begin};
    if (rr_slice_equal(text_of(sentence, word), rr_slice_of("면")))
        return is_ending(sentence, word);
    if (rr_slice_equal(text_of(sentence, word), rr_slice_of("should"))) /* they should */
        return false;
    if (!rr_slice_equal(text_of(sentence, word), rr_slice_of("경우")))
        return true;
    before.len -= ends_with(before, space);
    uint32_t syllable =
        before.len < syllable_bytes ? 0 : rr_character_at(before.ptr + before.len - syllable_bytes, syllable_bytes);
    return syllable != 0 && syllable == rr_without_final(syllable) + final_l;
}

/* In Korean that ends what is supposed, in English it begins it. */
static void suppose(struct sentence *sentence, const struct rr_word *word) {
    bool english = is_english(sentence, word);
    if (!supposes(sentence, word))
        return;
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool bad = item != NULL && (item->state == BAD || sentence->turned) && item->word.kind != RR_WORD_OTHER;
    bool wanted = bad && !english && sentence->turned && ends_with(text_of(sentence, word), (struct rr_slice)RR_SLICE("면")) &&
                  (item->state == BAD || (item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_PRICE_TERM));
    if (!english)
        dismiss(sentence, sentence->clause);
    if (wanted || is_all_that_lacks(sentence, item, word))
        item->state = BAD;
    sentence->bad = false;
    begin_clause(sentence, RR_WORD_IF);
    sentence->asks = english;
    sentence->supposed = bad && !english ? item : NULL;
}

/* 문제였는데 tells of what is past; but not 1순위였는데, nor 깎였는데, since 였 behind a final consonant is a verb's. */
static bool is_noun_that(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice bare = RR_SLICE("였");
    if (!is_ending(sentence, word))
        return false;
    uint32_t before = rr_character_at(sentence->text.ptr + word->begin - syllable_bytes, syllable_bytes);
    return !begins_with(text_of(sentence, word), bare) || before == rr_without_final(before);
}

/* What is past, or not so, is open again for what is said now: 예산이 아니라, 막혔던, 끝난 줄 알았는데. */
static void take_past(struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice was[] = {RR_SLICE("이었"), RR_SLICE("였")};
    if (!is_noun_that(sentence, word) && begins_with_any(text_of(sentence, word), was, sizeof was / sizeof was[0])) {
        begin_clause(sentence, RR_WORD_TURNS);
        return;
    }
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool topic = item != NULL &&
                 (item->word.kind == RR_WORD_TOPIC || item->word.kind == RR_WORD_SETTLES || item->word.kind == RR_WORD_BLOCKS);
    bool good = topic && is_copula(sentence, word) &&
                (item->state == GOOD || (item->state == NEUTRAL && word->begin - item->end <= lacking_max_bytes));
    sentence->asks = !good || !denies_as_such((struct rr_slice){sentence->text.ptr + item->end, word->begin - item->end});
    if (!sentence->asks)
        item->state = BAD; /* 승인이 난 건 아니고 */
    begin_clause(sentence, RR_WORD_TURNS);
}

static bool says_more(const struct rr_word *next) {
    return next != NULL && (next->kind == RR_WORD_TOPIC || next->kind == RR_WORD_PERSON ||
                            (next->kind == RR_WORD_BLOCKS && next->label != RR_NO_RESPONSE));
}

/* What is still so is not settled, if nothing else is said. */
static void take_still(struct sentence *sentence, const struct rr_word *word) {
    struct item *item = about(sentence, word, BAD);
    bool said = sentence->next != NULL && sentence->next->kind != RR_WORD_ENDS;
    if (item != NULL && item < sentence->items + sentence->clause && sentence->parted == RR_WORD_TURNS &&
        says_more(sentence->next))
        return;                                                                     /* 예산은 있지만 아직 결재가 */
    if (item != NULL && (item->state == NEUTRAL || (!said && item->state == GOOD))) /* 회신 주신다고 했으나 아직 */
        item->state = BAD;
}

/* 위약금 관련 자료, 입찰에 대해 설명: so far nothing is said of that. */
static void take_about(struct sentence *sentence, const struct rr_word *word) {
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    if (item != NULL && item->word.kind == RR_WORD_BLOCKS && word->begin - item->word.end <= next_max_bytes)
        item->state = NEUTRAL;
    sentence->ahead = NEUTRAL;
    sentence->bad = false;
}

/* Does 하고 say with whom, rather than what is done and then: 다른 업체하고, 팀장님하고? */
static bool says_with_whom(const struct sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice with = RR_SLICE("하고");
    const struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    return item != NULL && item->word.end == word->begin && rr_slice_equal(text_of(sentence, word), with) &&
           (item->word.kind == RR_WORD_PERSON || (item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_COMPETITOR));
}

static void take_turn(struct sentence *sentence, const struct rr_word *word) {
    if (says_with_whom(sentence, word))
        return;
    static const struct rr_slice endings[] = {RR_SLICE("하나"), RR_SLICE("이나"), RR_SLICE("시나"), RR_SLICE("되나"),
                                              RR_SLICE("나")};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (rr_slice_equal(text_of(sentence, word), endings[i]) && !is_ending(sentence, word))
            return; /* 과정 하나, 두 번이나 */
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    if (item != NULL && item->not_that && item->state == BAD && word->begin == item->end + 1)
        item->state = GOOD; /* not the content but */
    bool apart = sentence->parted == RR_WORD_ENDS && sentence->count == sentence->clause;
    begin_clause(sentence, word->kind);
    sentence->apart = apart && word->kind == RR_WORD_TURNS;
}

static void take(struct sentence *sentence, const struct rr_word *word) {
    switch (word->kind) {
    case RR_WORD_BLOCKS:
        take_blocker(sentence, word);
        break;
    case RR_WORD_BLOCKS_ALONE:
        take_blocker_alone(sentence, word);
        break;
    case RR_WORD_TOPIC:
    case RR_WORD_PERSON:
    case RR_WORD_OTHER:
        take_topic(sentence, word);
        break;
    case RR_WORD_SETTLES:
        take_settlement(sentence, word);
        break;
    case RR_WORD_BAD:
    case RR_WORD_BAD_OF_PEOPLE:
    case RR_WORD_ATTITUDE:
        take_state(sentence, word, BAD);
        break;
    case RR_WORD_GOOD:
    case RR_WORD_PLEASED:
        take_state(sentence, word, GOOD);
        break;
    case RR_WORD_NOT:
        take_not(sentence, word);
        break;
    case RR_WORD_NOT_AHEAD:
        take_not_ahead(sentence, word);
        break;
    case RR_WORD_ASKS:
        take_asks(sentence, word);
        break;
    case RR_WORD_ABOUT:
        take_about(sentence, word);
        break;
    case RR_WORD_ASIDE:
        sentence->asks = true;
        break;
    case RR_WORD_IF:
        suppose(sentence, word);
        break;
    case RR_WORD_PAST:
        take_past(sentence, word);
        break;
    case RR_WORD_AGREED:
        take_agreement(sentence, word);
        break;
    case RR_WORD_STILL:
        take_still(sentence, word);
        break;
    case RR_WORD_IGNORED:
        break;
    default:
        take_turn(sentence, word);
        break;
    }
}

/* ---- Sentences ---- */

/* A sentence that begins with 그래도, 다만, but goes on from the one before. */
static void end_sentence(struct sentence *sentence, const struct rr_word *end) {
    const struct rr_word *next = sentence->next;
    bool goes_on = next != NULL && next->kind == RR_WORD_TURNS && next->begin - end->end <= next_max_bytes;
    if (end->kind == RR_WORD_ENDS_ASKING) {
        dismiss(sentence, sentence->start);
        sentence->bad = sentence->loose = false;
    }
    begin_clause(sentence, RR_WORD_ENDS);
    if (!goes_on)
        sentence->start = sentence->count;
}

static bool is_blocker(const struct item *item) {
    return item->state == BAD && item->word.kind != RR_WORD_OTHER;
}

static bool is_explained(const struct sentence *sentence, int i) {
    const struct item *why = &sentence->items[i + 1];
    return i + 1 < sentence->count && why->explains && is_blocker(why) && why->word.label != sentence->items[i].word.label;
}

static void count(struct sentence *sentence, uint8_t found[RR_BLOCKER_COUNT]) {
    bool named = false;
    begin_clause(sentence, RR_WORD_ENDS);
    for (int i = 0; i < sentence->count; i++) {
        const struct item *item = &sentence->items[i];
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
    struct item items[items_max];
    struct sentence sentence = {.text = text, .items = items, .parted = RR_WORD_ENDS};
    int last = 0;
    rr_words_begin(words, text);
    while (last < words_max && rr_words_next(words, &all[last]))
        last++;
    for (int i = 0; i < last; i++) {
        sentence.next = i + 1 < last ? &all[i + 1] : NULL;
        if (all[i].kind == RR_WORD_ENDS || all[i].kind == RR_WORD_ENDS_ASKING)
            end_sentence(&sentence, &all[i]);
        else
            take(&sentence, &all[i]);
    }
    count(&sentence, found);
}
