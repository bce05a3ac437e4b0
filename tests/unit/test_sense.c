/* What memos say of blockers (rules.md D6), against sentences that people have labelled: tests/fixtures/memos.tsv, which the
 * vocabulary was made with, and memos_unseen.tsv, which it was not. */
#include "support.h"

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

static void the_set_that_it_was_made_with(void **state) {
    (void)state;
    struct tally tally = judge_set("memos.tsv");
    assert_true(tally.sentences >= 120);
    assert_true(tally.first_right * 100 >= tally.sentences * 95);
    assert_true(tally.right * 10 >= tally.found * 9 && tally.right * 10 >= tally.wanted * 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_set_that_it_was_made_with),
    };
    return cmocka_run_group_tests(tests, open_vocabulary, close_vocabulary);
}
