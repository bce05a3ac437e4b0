#include "report/topic.h"

#include "report/wording.h"

#include <string.h>

/* Was it said in the clause that they take us: of a competitor named behind it they do not: chose us over Udemy? */
static bool is_beaten(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice us[] = {RR_SLICE("우리"), RR_SLICE("저희"), RR_SLICE("당사"),
                                         RR_SLICE("us"),   RR_SLICE("our"),  RR_SLICE("we ")};
    const struct rr_item *item = rr_last_item(sentence);
    if (item == NULL || word->label != RR_COMPETITOR || item->word.label != RR_COMPETITOR || item->word.kind != RR_WORD_SETTLES ||
        item->state != RR_STATE_GOOD)
        return false;
    return rr_holds_any(rr_text_of(sentence, &item->word), us, sizeof us / sizeof us[0]);
}

/* Who decides nothing: what they doubt is the course. */
static bool is_clerk(const struct rr_sentence *sentence, const struct rr_item *item) {
    static const struct rr_slice clerks[] = {RR_SLICE("담당자"), RR_SLICE("담당"),        RR_SLICE("실무자"),
                                             RR_SLICE("실무진"), RR_SLICE("교육 담당자"), RR_SLICE("인사 담당자"),
                                             RR_SLICE("매니저")};
    return rr_is_any(rr_text_of(sentence, &item->word), clerks, sizeof clerks / sizeof clerks[0]);
}

/* Does somebody doubt what is taught: 팀장님이 여전히 효과를 의심? That is who is to be convinced. */
static struct rr_item *who_doubts(struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice doubts[] = {RR_SLICE("의심"), RR_SLICE("의문"),   RR_SLICE("의구"),
                                             RR_SLICE("믿"),   RR_SLICE("거부감"), RR_SLICE("회의")};
    bool is_doubt =
        word->label == RR_FIT_UNCLEAR && rr_holds_any(rr_text_of(sentence, word), doubts, sizeof doubts / sizeof doubts[0]);
    struct rr_item *who = is_doubt ? rr_subject_of(sentence) : NULL;
    return who != NULL && !is_clerk(sentence, who) ? who : NULL;
}

/* There is no plan of it: 예산 삭감 + 계획은 없음, 비교 견적을 받을 + 생각이 없음. Unless it is to leave somebody: 바꿀 생각이
 * 없음; but not 자체 교육으로 전환할 의사가 없음. */
static struct rr_item *unplanned(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice plans[] = {RR_SLICE("계획"), RR_SLICE("생각"), RR_SLICE("의사"), RR_SLICE("의향")};
    static const struct rr_slice leaves[] = {RR_SLICE("바꿀"), RR_SLICE("변경"), RR_SLICE("전환"),
                                             RR_SLICE("교체"), RR_SLICE("옮길"), RR_SLICE("갈아")};
    static const struct rr_slice there[] = {RR_SLICE("으로 "), RR_SLICE("로 ")};
    static const struct rr_slice none = RR_SLICE("없");
    struct rr_item *item = rr_last_item(sentence);
    if (item == NULL || item->state != RR_STATE_BAD || item->word.kind == RR_WORD_OTHER || word->label != RR_LOW_PRIORITY ||
        word->begin < item->end || word->begin - item->end > RR_AS_SUCH_MAX_BYTES ||
        !rr_holds_any(rr_text_of(sentence, word), plans, sizeof plans / sizeof plans[0]) ||
        !rr_holds(rr_text_of(sentence, word), none))
        return NULL;
    const struct rr_slice between = rr_between(sentence, item->end, word->begin);
    bool leaving = rr_holds_any(between, leaves, sizeof leaves / sizeof leaves[0]) &&
                   !rr_begins_with_any(between, there, sizeof there / sizeof there[0]);
    return leaving ? NULL : item;
}

/* Does what begins here end at a colon, and names nothing else: " 계약: 가격 인하 요구"? */
static bool leads_to_colon(struct rr_slice text) {
    size_t len = 0;
    while (len < text.len && len < RR_HEADING_MAX_BYTES && memchr(":.,!?;\n", text.ptr[len], sizeof ":.,!?;\n" - 1) == NULL)
        len++;
    return len < text.len && text.ptr[len] == ':' && (len == 0 || text.ptr[0] == ' ');
}

/* Whom the memo is of, put before what it says: 의료기기 S사, 견적 송부. F사 계약: 가격 인하 요구. */
static bool is_heading(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_word *next = sentence->next;
    bool letter = word->label == RR_COMPETITOR && word->end - word->begin == 1 + RR_SYLLABLE_BYTES; /* S사 */
    bool comma = next != NULL && next->kind == RR_WORD_COMMA && next->begin == word->end;
    return letter && ((sentence->count == 0 && comma) || leads_to_colon(rr_between(sentence, word->end, sentence->text.len)));
}

void rr_take_blocker(struct rr_sentence *sentence, const struct rr_word *word) {
    if (is_heading(sentence, word))
        return;
    struct rr_item *none = unplanned(sentence, word);
    if (none != NULL) {
        rr_set_state(sentence, none, RR_STATE_GOOD, word);
        sentence->last = word;
        sentence->stated = none;
        return;
    }
    bool good = is_beaten(sentence, word) || (sentence->ahead == RR_STATE_GOOD && rr_is_english(sentence, word) &&
                                              (word->label != RR_COMPETITOR || sentence->ahead_denies)); /* signed with Udemy */
    enum rr_state state = rr_take_denial(sentence, word) || good ? RR_STATE_GOOD : RR_STATE_BAD;
    struct rr_item *who = who_doubts(sentence, word);
    if (rr_is_of_budget(sentence, word))
        sentence->items[sentence->count - 1].state = state;
    else if (who != NULL)
        rr_set_state(sentence, who, state, word);
    else
        rr_add_item(sentence, word, state);
    sentence->last = word;
    sentence->stated = who;
    sentence->ahead = RR_STATE_NEUTRAL;
}

/* Is the word no more than where, or with whom something is: 임원 선에서, 팀장님과? */
static bool is_aside(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice behind[] = {RR_SLICE("에서"),    RR_SLICE("에게"),  RR_SLICE("한테"),
                                             RR_SLICE("께 "),     RR_SLICE("님께 "), RR_SLICE("님과"),
                                             RR_SLICE(" 선에서"), RR_SLICE(" 측"),   RR_SLICE("보다")};
    return rr_begins_with_any(rr_between(sentence, word->end, sentence->text.len), behind, sizeof behind / sizeof behind[0]);
}

/* Is it within what English puts behind a thing: budget + for the executive seminar? Not what is said beside it: feedback on the
 * class came in and + the budget. */
static bool is_behind(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice links[] = {RR_SLICE(" of "), RR_SLICE(" for "),  RR_SLICE(" about "), RR_SLICE(" on "),
                                            RR_SLICE(" in "), RR_SLICE(" from "), RR_SLICE(" with "),  RR_SLICE(" at "),
                                            RR_SLICE(" by "), RR_SLICE(" to ")};
    static const struct rr_slice and = RR_SLICE(" and ");
    const struct rr_item *item = rr_last_item(sentence);
    const struct rr_slice between = rr_between(sentence, item->end, word->begin);
    return rr_is_english(sentence, word) && rr_begins_with_any(between, links, sizeof links / sizeof links[0]) &&
           !rr_holds(between, and);
}

/* Of money and approvals is said what is said, though what is taught, or a person, stands in between: 예산은 과정 규모를 줄여야,
 * 결재를 부장님이 반려. Not of a person who is named by it: 예산 담당자. */
static bool is_within(const struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_item *item = &sentence->items[sentence->count - 1]; /* which there is */
    enum rr_blocker about = item->word.label, label = word->label;
    bool weighs =
        item->word.kind == RR_WORD_TOPIC && (about == RR_BUDGET || about == RR_APPROVAL_DELAY || about == RR_PRICE_TERM);
    bool weighs_less = (about == RR_APPROVAL_DELAY && rr_is_time(rr_text_of(sentence, word))) || word->kind == RR_WORD_OTHER ||
                       (word->kind == RR_WORD_TOPIC && (label == RR_FIT_UNCLEAR || label == RR_DECISION_MAKER));
    bool compound = word->begin <= item->end + 1; /* 예산 담당자, but 비용 목표 */
    bool names_it = compound && (word->kind == RR_WORD_OTHER ? about != RR_APPROVAL_DELAY
                                                             : label != RR_FIT_UNCLEAR || about == RR_APPROVAL_DELAY);
    return weighs && weighs_less && !names_it && !rr_is_english(sentence, word);
}

/* Is it only what is cheap or dear: 저렴한 과정? */
static bool is_priced(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice ends[] = {RR_SLICE("한"), RR_SLICE("싼"), RR_SLICE("운"), RR_SLICE("은"), RR_SLICE("는")};
    const struct rr_item *item = rr_last_item(sentence);
    const struct rr_slice start = {sentence->text.ptr, item == NULL ? 0 : item->word.end};
    return item != NULL && item->word.kind == RR_WORD_BLOCKS && item->word.label == RR_PRICE_TERM &&
           word->kind == RR_WORD_TOPIC && word->label == RR_FIT_UNCLEAR &&
           rr_ends_with_any(start, ends, sizeof ends / sizeof ends[0]);
}

void rr_take_topic(struct rr_sentence *sentence, const struct rr_word *word) {
    const struct rr_item *before = rr_last_item(sentence);
    bool goes_on = before != NULL && before->state == RR_STATE_NEUTRAL;
    bool whose = goes_on && before->word.kind == RR_WORD_PERSON; /* 대표 결재에서 */
    if (is_priced(sentence, word) || (goes_on && ((!whose && (is_aside(sentence, word) || is_behind(sentence, word))) ||
                                                  is_within(sentence, word) || rr_is_of_budget(sentence, word))))
        return;
    const struct rr_word *denial = sentence->denial;
    bool denied = rr_take_denial(sentence, word);
    bool waits =
        word->kind == RR_WORD_PERSON && sentence->ahead == RR_STATE_BAD && !sentence->ahead_of_people; /* 밀려 있던 대표 날인 */
    struct rr_item *item = rr_add_item(sentence, word, denied ? RR_STATE_BAD : waits ? RR_STATE_NEUTRAL : sentence->ahead);
    sentence->last = NULL;
    if (item == NULL || waits)
        return;
    item->denied = denied;
    item->not_that = denied && rr_text_of(sentence, denial).len == strlen("not");
    item->settled = sentence->ahead == RR_STATE_GOOD;
    item->qualified = sentence->ahead == RR_STATE_BAD;
    sentence->ahead = RR_STATE_NEUTRAL;
}

static bool clause_blocks(const struct rr_sentence *sentence) {
    for (int i = sentence->clause; i < sentence->count; i++)
        if (sentence->items[i].state == RR_STATE_BAD && sentence->items[i].word.kind != RR_WORD_OTHER)
            return true;
    return false;
}

static bool is_us(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice us[] = {RR_SLICE("우리"), RR_SLICE("저희"), RR_SLICE("당사"), RR_SLICE("us")};
    const struct rr_slice text = rr_text_of(sentence, word);
    return rr_begins_with(text, us[0]) || rr_begins_with(text, us[1]) || rr_begins_with(text, us[2]) || rr_ends_with(text, us[3]);
}

/* 성사되지 않음, 체결할 수 없음 */
static bool is_not_done(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice way = RR_SLICE(" 수");
    const struct rr_word *next = sentence->next;
    return next != NULL && next->kind == RR_WORD_NOT &&
           (next->begin - word->end <= RR_NEXT_MAX_BYTES || rr_begins_with(rr_between(sentence, word->end, next->begin), way));
}

void rr_take_agreement(struct rr_sentence *sentence, const struct rr_word *word) {
    bool not_yet = is_not_done(sentence, word);
    bool denied = rr_take_denial(sentence, word) || not_yet;
    sentence->last = not_yet ? NULL : word; /* what is denied is the agreement, not what stands in its way */
    sentence->stated = NULL;
    if (denied)
        return;
    sentence->loose = false;
    if (is_us(sentence, word))
        rr_settle(sentence, sentence->start, RR_COMPETITOR);
    bool goes_on = sentence->parted == RR_WORD_TURNS || sentence->parted == RR_WORD_COMMA;
    int until = goes_on ? sentence->clause : sentence->start;
    for (int i = 0; i < until && !clause_blocks(sentence); i++)
        sentence->items[i].state = RR_STATE_GOOD;
}

bool rr_is_needed(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice ends[] = {RR_SLICE("야 "),  RR_SLICE("해야"), RR_SLICE("돼야"), RR_SLICE("되어야"),
                                           RR_SLICE("어야"), RR_SLICE("아야"), RR_SLICE("져야"), RR_SLICE("하여야")};
    const struct rr_slice rest = rr_between(sentence, word->end, sentence->text.len);
    static const struct rr_slice field = RR_SLICE("분야 ");
    const struct rr_slice start = {sentence->text.ptr, word->begin};
    return (rr_ends_with(start, ends[0]) && !rr_ends_with(start, field)) ||
           rr_begins_with_any(rest, ends, sizeof ends / sizeof ends[0]);
}

/* They won, and not we: 다른 업체가 낙찰, 다른 업체로 선정. */
static bool is_theirs(const struct rr_sentence *sentence, const struct rr_word *word) {
    static const struct rr_slice subject[] = {RR_SLICE("가 "), RR_SLICE("이 "), RR_SLICE("로 "), RR_SLICE("으로 ")};
    for (int i = sentence->clause; i < sentence->count && word->label == RR_COMPETITOR; i++) {
        const struct rr_word *who = &sentence->items[i].word;
        const struct rr_slice behind = rr_between(sentence, who->end, sentence->text.len);
        if (who->kind == RR_WORD_BLOCKS && who->label == RR_COMPETITOR &&
            rr_begins_with_any(behind, subject, sizeof subject / sizeof subject[0]))
            return true;
    }
    return false;
}

void rr_take_settlement(struct rr_sentence *sentence, const struct rr_word *word) {
    struct rr_item *item = rr_last_item(sentence);
    if (is_theirs(sentence, word) && !is_us(sentence, word))
        return;
    bool denied = rr_take_denial(sentence, word) || rr_is_needed(sentence, word);
    sentence->last = word;
    sentence->stated = NULL;
    bool lacks = item != NULL && item->state == RR_STATE_NEUTRAL && (item->word.label == word->label || !rr_is_person(item));
    if (denied && lacks) {
        item->state = RR_STATE_BAD;
        return;
    }
    bool others = lacks && word->label == RR_APPROVAL_DELAY && item->word.label != word->label; /* budget is approved */
    if (!denied)
        rr_settle(sentence, others ? sentence->clause : sentence->start, word->label);
    if (!denied && others) {
        item->state = RR_STATE_GOOD;
        return;
    }
    item = rr_add_item(sentence, word, denied ? RR_STATE_BAD : RR_STATE_GOOD);
    if (item != NULL && !denied && (word->label == RR_NO_RESPONSE || word->label == RR_DECISION_MAKER))
        item->word.kind = RR_WORD_OTHER; /* what they say is not said of that: 전화 주셨는데 어렵다고 함 */
}
