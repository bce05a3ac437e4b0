/* What memos were found to say, as a file that is whole or nothing (docs/cards.md "What is known already"). */
#include "support.h"

#include "base/hash.h"
#include "report/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { max_bytes = 100000 };

/* Of the text, and that it names each blocker so often. */
static struct rr_finding finding_of(const char *text, uint8_t found) {
    struct rr_finding finding;
    rr_finding_name(&finding, rr_slice_of(text));
    memset(finding.found, found, sizeof finding.found);
    return finding;
}

/* Those of "0", "1", ... */
static void make(struct rr_finding *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char text[24];
        snprintf(text, sizeof text, "%zu", i);
        items[i] = finding_of(text, (uint8_t)i);
    }
}

static struct rr_buf file_of(struct rr_finding *items, size_t count) {
    struct rr_buf file = RR_BUF_INIT(max_bytes);
    rr_findings_write(items, count, &file);
    assert_false(file.failed);
    return file;
}

static size_t count_in(const char *bytes, size_t len) {
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){bytes, len});
    return findings.count;
}

/* How often the text names the last blocker; -1: it is not known. */
static int found_in(const struct rr_findings *findings, const char *text) {
    const struct rr_finding finding = finding_of(text, 0);
    const uint8_t *found = rr_findings_find(findings, &finding);
    return found == NULL ? -1 : found[RR_BLOCKER_COUNT - 1];
}

static void what_was_written_is_found(void **state) {
    (void)state;
    struct rr_finding items[100];
    make(items, 100);
    struct rr_buf file = file_of(items, 100);
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){file.ptr, file.len});
    assert_int_equal(findings.count, 100);
    for (int i = 0; i < 100; i++) {
        char text[24];
        snprintf(text, sizeof text, "%d", i);
        assert_case(text, found_in(&findings, text), i); /* the first and the last in the order of the file, too */
    }
    assert_int_equal(found_in(&findings, "100"), -1);
    assert_int_equal(found_in(&findings, ""), -1);
    for (size_t i = 1; i < findings.count; i++)
        assert_true(memcmp(findings.items[i - 1].name, findings.items[i].name, RR_FINDING_NAME_BYTES) < 0);
    rr_buf_free(&file);
}

/* Before the first of the file, behind the last, and between. */
static void what_is_not_there_is_not_found(void **state) {
    (void)state;
    static const uint8_t beginnings[] = {0x00, 0x80, 0xff};
    struct rr_finding items[3], odd;
    for (size_t i = 0; i < 3; i++) {
        items[i] = finding_of("", 1);
        items[i].name[0] = (uint8_t)(0x20 + 0x40 * i);
    }
    struct rr_buf file = file_of(items, 3);
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){file.ptr, file.len});
    assert_int_equal(findings.count, 3);
    for (size_t i = 0; i < sizeof beginnings; i++) {
        odd = finding_of("", 1);
        odd.name[0] = beginnings[i];
        assert_null(rr_findings_find(&findings, &odd));
    }
    odd = items[2];
    odd.name[RR_FINDING_NAME_BYTES - 1]++; /* all of the name counts */
    assert_null(rr_findings_find(&findings, &odd));
    rr_buf_free(&file);
}

static void a_text_is_kept_once(void **state) {
    (void)state;
    struct rr_finding items[] = {finding_of("예산 동결", 1), finding_of("무응답", 2), finding_of("예산 동결", 1),
                                 finding_of("예산 동결", 1), finding_of("무응답", 2)};
    struct rr_buf file = file_of(items, sizeof items / sizeof items[0]);
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){file.ptr, file.len});
    assert_int_equal(findings.count, 2);
    assert_int_equal(found_in(&findings, "예산 동결"), 1);
    assert_int_equal(found_in(&findings, "무응답"), 2);
    rr_buf_free(&file);
}

static void a_file_may_have_none(void **state) {
    (void)state;
    struct rr_buf file = file_of(NULL, 0);
    struct rr_findings findings;
    rr_findings_read(&findings, (struct rr_slice){file.ptr, file.len});
    assert_int_equal(found_in(&findings, "0"), -1);
    rr_findings_read(&findings, (struct rr_slice){NULL, 0});
    assert_int_equal(found_in(&findings, "0"), -1);
    rr_buf_free(&file);
}

/* The program that judged is named in the first line, so this is another program's, too. */
static void a_damaged_file_has_none(void **state) {
    (void)state;
    struct rr_finding items[20];
    make(items, 20);
    struct rr_buf file = file_of(items, 20);
    assert_int_equal(count_in(file.ptr, file.len), 20);
    for (size_t i = 0; i < file.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            file.ptr[i] = (char)(file.ptr[i] ^ 1 << bit);
            assert_int_equal(count_in(file.ptr, file.len), 0);
            file.ptr[i] = (char)(file.ptr[i] ^ 1 << bit);
        }
    assert_int_equal(count_in(file.ptr, file.len), 20);
    rr_buf_free(&file);
}

static void a_file_that_is_cut_or_goes_on_has_none(void **state) {
    (void)state;
    struct rr_finding items[20];
    make(items, 20);
    struct rr_buf file = file_of(items, 20);
    size_t len = file.len;
    for (size_t i = 0; i < len; i++) {
        char *cut = malloc(i + 1); /* so that a byte too many is seen */
        assert_non_null(cut);
        memcpy(cut, file.ptr, i);
        assert_int_equal(count_in(cut, i), 0);
        free(cut);
    }
    for (size_t i = 0; i < 2 * sizeof items[0]; i++) {
        rr_buf_add(&file, "", 1);
        assert_int_equal(count_in(file.ptr, file.len), 0);
    }
    rr_buf_free(&file);
}

/* Writes the items as they are, with the right checksum: 16 digits and the end of the line before them. */
static void forge(struct rr_buf *file, const struct rr_finding *items, size_t len) {
    char sum[24];
    snprintf(sum, sizeof sum, "%016llx\n", (unsigned long long)rr_hash64((struct rr_slice){(const char *)items, len}));
    file->len -= len;
    memcpy(file->ptr + file->len - strlen(sum), sum, strlen(sum));
    rr_buf_add(file, items, len);
}

static void an_unsorted_file_has_none(void **state) {
    (void)state;
    struct rr_finding items[2];
    make(items, 2);
    struct rr_buf file = file_of(items, 2);
    forge(&file, (const struct rr_finding[]){items[1], items[0]}, sizeof items);
    assert_int_equal(count_in(file.ptr, file.len), 0);
    forge(&file, (const struct rr_finding[]){items[0], items[0]}, sizeof items);
    assert_int_equal(count_in(file.ptr, file.len), 0);
    forge(&file, items, sizeof items);
    assert_int_equal(count_in(file.ptr, file.len), 2); /* it was the order alone */
    rr_buf_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_found), cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_text_is_kept_once),       cmocka_unit_test(a_file_may_have_none),
        cmocka_unit_test(a_damaged_file_has_none),   cmocka_unit_test(a_file_that_is_cut_or_goes_on_has_none),
        cmocka_unit_test(an_unsorted_file_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
