#ifndef RR_REPORT_WORDING_H
#define RR_REPORT_WORDING_H

#include "base/text.h"

/* How Korean and English say what stands between two words of the vocabulary, or at the end of one. */

bool rr_begins_with(struct rr_slice text, struct rr_slice with);

bool rr_ends_with(struct rr_slice text, struct rr_slice with);

bool rr_holds(struct rr_slice text, struct rr_slice what);

/* The same of any of some words; the last: is it one of them? */
bool rr_begins_with_any(struct rr_slice text, const struct rr_slice *starts, size_t count);
bool rr_ends_with_any(struct rr_slice text, const struct rr_slice *ends, size_t count);
bool rr_holds_any(struct rr_slice text, const struct rr_slice *words, size_t count);
bool rr_is_any(struct rr_slice text, const struct rr_slice *words, size_t count);

/* Of what else than what was wrong may that be said: 가격 이견 있었음, 합의 완료? */
bool rr_is_solution(struct rr_slice text);

/* Is that what one does every day, and no trouble is over by it: 확인 완료? */
bool rr_is_routine(struct rr_slice text);

/* Is there nothing between two topics but what joins them? With people it does not: 담당자와 연락. */
bool rr_joins(struct rr_slice between);

/* Does what stands between say that what is behind it follows from what is before it? */
bool rr_is_because(struct rr_slice between);

/* A word with its ending, which stands in between. Empty: it goes on. */
struct rr_slice rr_with_ending(struct rr_slice word, struct rr_slice between);

/* Is a word with its ending the reason of what is behind it: 비싸서, 밀려, 동결이라? */
bool rr_is_because_of(struct rr_slice word);

/* Or what that waits for: 안 깎아 주면? */
bool rr_is_condition_of(struct rr_slice word);

/* That approvals take, of which nobody says that it lacks: 결재가 다 나려면 시간이 더 필요. */
bool rr_is_time(struct rr_slice text);

/* 없는 건 아니다, 좋다고는 할 수 없다, 부족한 상황은 아니다: what denies another word says so, or stands right behind. */
bool rr_denies_as_such(struct rr_slice between);

/* Does that speak of talk, of which there is none then: 비싸다는 말은 + 나오지 않음, 예산 부족 이야기는 + 없음? */
bool rr_is_talk(struct rr_slice between);

/* Or of having to do with somebody: 경쟁사는 검토하고 있지 + 않음? */
bool rr_is_dealing(struct rr_slice between);

#endif
