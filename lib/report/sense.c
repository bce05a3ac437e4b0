#include "report/sense.h"

#include "report/vocabulary.h"

/* How far apart, in bytes, two words may stand and still belong together: what is settled and 해결, what is turned and 없음,
 * 안 and what it denies, not and what it denies, two topics of one state. */
enum { settled_max_bytes = 36, turned_max_bytes = 12, next_max_bytes = 4, denied_max_bytes = 30, joined_max_bytes = 6 };
enum { events_max = 512, items_max = 32 };

/* A word of the vocabulary in the text. */
struct event {
    struct rr_word word;
    size_t begin, end;
    bool english;
};

enum state { NEUTRAL, BAD, GOOD };

/* A topic of a sentence. */
struct item {
    struct rr_word word;
    enum state state;
    bool denied;  /* by a word before it: no budget */
    bool settled; /* by a word before it: resolved the budget issue */
    bool joined;  /* with the item before: 예산과 일정 */
    size_t end;   /* of the last word that is about it */
};

struct sentence {
    struct item items[items_max];
    int count;
    int clause;                 /* the first item of the clause */
    enum rr_word_kind parted;   /* what the clause began with: RR_WORD_TURNS, RR_WORD_COMMA, or RR_WORD_ENDS */
    enum state ahead;           /* a state that stands before its topic: lack of budget */
    const struct event *denial; /* that waits for what it denies */
    const struct event *last;   /* the clause's last word of a state */
    bool asks;
};

static void begin_clause(struct sentence *sentence, enum rr_word_kind parted) {
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    if (sentence->denial != NULL && item != NULL && item->state == NEUTRAL)
        item->state = BAD; /* budget is not there */
    sentence->clause = sentence->count;
    sentence->parted = parted;
    sentence->ahead = NEUTRAL;
    sentence->denial = NULL;
    sentence->last = NULL;
}

/* The item that a state is about: the clause's last one, or where the clause has none and goes on from another, that one's. */
static struct item *about(struct sentence *sentence, enum state state) {
    if (sentence->count == 0)
        return NULL;
    struct item *item = &sentence->items[sentence->count - 1];
    bool goes_on =
        sentence->parted == RR_WORD_TURNS || (sentence->parted == RR_WORD_COMMA && state == BAD && item->state == NEUTRAL);
    return sentence->count > sentence->clause || goes_on ? item : NULL;
}

static bool take_denial(struct sentence *sentence, const struct event *event) {
    const struct event *denial = sentence->denial;
    sentence->denial = NULL;
    return denial != NULL && event->begin - denial->end <= (size_t)(denial->english ? denied_max_bytes : next_max_bytes);
}

static enum state opposite(enum state state) {
    return state == BAD ? GOOD : BAD;
}

/* ---- What each kind of word does ---- */

static struct item *add_item(struct sentence *sentence, const struct event *event, enum state state) {
    if (sentence->count == items_max)
        return NULL;
    const struct item *before = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    struct item *item = &sentence->items[sentence->count++];
    *item = (struct item){.word = event->word, .state = state, .end = event->end};
    item->joined = before != NULL && before->state == NEUTRAL && event->begin - before->end <= joined_max_bytes;
    return item;
}

static void take_blocker(struct sentence *sentence, const struct event *event) {
    add_item(sentence, event, take_denial(sentence, event) ? GOOD : BAD);
    sentence->last = event;
    sentence->ahead = NEUTRAL;
}

static void take_topic(struct sentence *sentence, const struct event *event) {
    bool denied = take_denial(sentence, event);
    struct item *item = add_item(sentence, event, denied ? BAD : sentence->ahead);
    if (item == NULL)
        return;
    item->denied = denied;
    item->settled = sentence->ahead == GOOD;
    sentence->ahead = NEUTRAL;
    sentence->last = NULL;
}

/* What was said of the label before is over; unless it is denied: then that is what the clause's topic lacks, if it has one. */
static void take_settlement(struct sentence *sentence, const struct event *event) {
    struct item *item = sentence->count > sentence->clause ? &sentence->items[sentence->count - 1] : NULL;
    bool denied = take_denial(sentence, event);
    sentence->last = event;
    if (denied && item != NULL && item->state == NEUTRAL) {
        item->state = BAD;
        return;
    }
    for (int i = 0; i < sentence->count && !denied; i++)
        if (sentence->items[i].word.label == event->word.label)
            sentence->items[i].state = GOOD;
    add_item(sentence, event, denied ? BAD : GOOD);
}

/* Topics that are named together share their state. */
static void set_state(struct sentence *sentence, struct item *item, enum state state, const struct event *event) {
    for (struct item *each = item; each->joined && each > sentence->items && each[-1].state == NEUTRAL; each--)
        each[-1].state = state;
    item->state = state;
    item->end = event->end;
}

static void take_state(struct sentence *sentence, const struct event *event, enum state state) {
    if (take_denial(sentence, event))
        state = opposite(state);
    struct item *item = about(sentence, state);
    sentence->last = event;
    if (item == NULL) {
        sentence->ahead = state == BAD || event->english ? state : NEUTRAL;
        return;
    }
    bool far = event->begin - item->end > settled_max_bytes && sentence->count > sentence->clause;
    if (item->denied && state == BAD) {
        item->denied = false; /* no budget issue */
        set_state(sentence, item, GOOD, event);
    } else if (!item->denied && !(item->settled && state == BAD) && !(item->state == BAD && state == GOOD && far)) {
        set_state(sentence, item, state, event);
    }
}

static void take_not(struct sentence *sentence, const struct event *event) {
    struct item *item = about(sentence, BAD);
    const struct event *last = sentence->last;
    if (last != NULL && event->begin - last->end <= turned_max_bytes) {
        sentence->ahead = NEUTRAL;
        if (item != NULL)
            set_state(sentence, item, opposite(item->state), event);
    } else if (item != NULL && item->state == NEUTRAL) {
        set_state(sentence, item, BAD, event);
    }
    sentence->last = NULL;
}

static bool is_state(const struct event *event) {
    enum rr_word_kind kind = event->word.kind;
    return kind == RR_WORD_BAD || kind == RR_WORD_GOOD || kind == RR_WORD_BLOCKS || kind == RR_WORD_SETTLES;
}

/* 안 stands right before what it denies, or behind a noun that means something done: 확보 안 됨. */
static void take_not_ahead(struct sentence *sentence, const struct event *event, const struct event *next) {
    if (event->english || (next != NULL && next->begin - event->end <= next_max_bytes && is_state(next)))
        sentence->denial = event;
    else
        take_not(sentence, event);
}

static void suppose(struct sentence *sentence) {
    for (int i = sentence->clause; i < sentence->count; i++)
        sentence->items[i].state = GOOD;
    begin_clause(sentence, RR_WORD_ENDS);
}

static void take(struct sentence *sentence, const struct event *event, const struct event *next) {
    switch (event->word.kind) {
    case RR_WORD_BLOCKS:
        take_blocker(sentence, event);
        break;
    case RR_WORD_TOPIC:
    case RR_WORD_OTHER:
        take_topic(sentence, event);
        break;
    case RR_WORD_SETTLES:
        take_settlement(sentence, event);
        break;
    case RR_WORD_BAD:
        take_state(sentence, event, BAD);
        break;
    case RR_WORD_GOOD:
        take_state(sentence, event, GOOD);
        break;
    case RR_WORD_NOT:
        take_not(sentence, event);
        break;
    case RR_WORD_NOT_AHEAD:
        take_not_ahead(sentence, event, next);
        break;
    case RR_WORD_ASKS:
        sentence->asks = true;
        break;
    case RR_WORD_IF:
        suppose(sentence);
        break;
    default:
        begin_clause(sentence, event->word.kind);
        break;
    }
}

/* ---- Sentences ---- */

static void end_sentence(struct sentence *sentence, uint8_t found[RR_BLOCKER_COUNT]) {
    begin_clause(sentence, RR_WORD_ENDS);
    for (int i = 0; i < sentence->count && !sentence->asks; i++) {
        const struct item *item = &sentence->items[i];
        bool counts = item->state == BAD && item->word.kind != RR_WORD_OTHER;
        if (counts && found[item->word.label] < UINT8_MAX)
            found[item->word.label]++;
    }
    sentence->count = sentence->clause = 0;
    sentence->asks = false;
}

static int read_events(struct event events[events_max], struct rr_search *search, struct rr_slice text) {
    struct rr_hit hit;
    int count = 0;
    for (size_t at = 0; count < events_max && rr_search_next(search, text, at, &hit); at = hit.end)
        events[count++] = (struct event){rr_word_of(hit.mark), hit.begin, hit.end, (unsigned char)text.ptr[hit.begin] < 0x80};
    return count;
}

void rr_sense(struct rr_search *search, struct rr_slice text, uint8_t found[RR_BLOCKER_COUNT]) {
    struct event events[events_max];
    struct sentence sentence = {.parted = RR_WORD_ENDS};
    int count = read_events(events, search, text);
    for (int i = 0; i < count; i++) {
        take(&sentence, &events[i], i + 1 < count ? &events[i + 1] : NULL);
        sentence.asks |= events[i].word.kind == RR_WORD_ENDS_ASKING;
        if (events[i].word.kind == RR_WORD_ENDS || events[i].word.kind == RR_WORD_ENDS_ASKING)
            end_sentence(&sentence, found);
    }
    end_sentence(&sentence, found);
}
