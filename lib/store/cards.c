#include "store/cards.h"

#include "base/json_scan.h"
#include "store/layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    use_grain_s = 24 * 60 * 60, /* the last use is noted to the day, so that reading a card seldom writes */
    digest_len = RR_DIGEST_SIZE - 1,
    prefix_len = 2 /* of the digest: the name of its folder */
};

static const char folder_name[] = "cards", suffix[] = ".json";

static void path_of(const struct rr_store *store, const char *digest, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s/%.*s/%.*s%s", store->root, folder_name, prefix_len, digest, digest_len, digest, suffix);
}

/* Is a file's name a card's? Then digest is filled. */
static bool is_card(const char *name, char digest[RR_DIGEST_SIZE]) {
    snprintf(digest, RR_DIGEST_SIZE, "%.*s", digest_len, name);
    return rr_digest_is(digest) && strcmp(name + digest_len, suffix) == 0;
}

static int check(struct rr_slice card, const char *digest, struct rr_err *err) {
    cJSON *tree = card.len > 0 && rr_json_is_valid(card) ? cJSON_ParseWithLength(card.ptr, card.len) : NULL;
    bool right = rr_slice_equal(rr_json_member(tree, "input_hash"), rr_slice_of(digest));
    cJSON_Delete(tree);
    return right ? 0 : rr_fail(err, RR_BROKEN, "the file is not one whole JSON object with the input_hash that its name says");
}

/* The file's time is that of its last use: retention goes by it. */
static void note_use(int fd) {
    struct stat st;
    if (fstat(fd, &st) == 0 && time(NULL) - st.st_mtim.tv_sec > use_grain_s)
        futimens(fd, NULL);
}

static int load(const struct rr_store *store, const char *digest, bool for_use, struct rr_buf *out, struct rr_err *err) {
    char path[PATH_MAX];
    path_of(store, digest, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return rr_fail(err, RR_NOT_FOUND, "the card cannot be opened: %s", strerror(errno));
    size_t before = out->len;
    int rc = rr_file_read_all(fd, out, err);
    if (rc == 0)
        rc = check((struct rr_slice){out->ptr + before, out->len - before}, digest, err);
    if (rc == 0 && for_use)
        note_use(fd);
    close(fd);
    return rc;
}

int rr_cards_find(const struct rr_store *store, const char digest[RR_DIGEST_SIZE], struct rr_buf *out, struct rr_err *err) {
    return load(store, digest, true, out, err);
}

int rr_cards_keep(const struct rr_store *store, const char digest[RR_DIGEST_SIZE], struct rr_slice card, struct rr_err *err) {
    char path[PATH_MAX];
    struct rr_draft draft;
    path_of(store, digest, path);
    if (rr_draft_open(&draft, path, err) != 0)
        return -1;
    if (rr_draft_write(&draft, card.ptr, card.len, err) == 0 && rr_draft_write(&draft, "\n", 1, err) == 0)
        return rr_draft_commit(&draft, err);
    rr_draft_discard(&draft);
    return -1;
}

/* ---- All of them ---- */

typedef void card_visitor(void *ctx, const char *name, const char *path);

static void visit_folder(const char *folder, card_visitor *visit, void *ctx) {
    char path[PATH_MAX];
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            visit(ctx, entry->d_name, path);
    closedir(directory);
}

static void visit_cards(const struct rr_store *store, card_visitor *visit, void *ctx) {
    char path[PATH_MAX];
    for (int prefix = 0; prefix < 256; prefix++) {
        snprintf(path, sizeof path, "%s/%s/%02x", store->root, folder_name, (unsigned)prefix);
        visit_folder(path, visit, ctx);
    }
}

struct pruning {
    int64_t now_s, max_age_s;
    uint32_t removed;
};

static void prune_card(void *ctx, const char *name, const char *path) {
    struct pruning *pruning = ctx;
    char digest[RR_DIGEST_SIZE];
    struct stat st;
    bool card = is_card(name, digest);
    if ((!card && !rr_draft_is_temporary(name)) || lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    int64_t age_s = pruning->now_s - st.st_mtim.tv_sec;
    if (age_s > (card ? pruning->max_age_s : RR_TEMPORARY_MAX_AGE_S) && unlink(path) == 0)
        pruning->removed += card;
}

uint32_t rr_cards_prune(const struct rr_store *store, int64_t max_age_s) {
    struct pruning pruning = {time(NULL), max_age_s, 0};
    visit_cards(store, prune_card, &pruning);
    return pruning.removed;
}

struct verification {
    const struct rr_store *store;
    void (*tell)(void *ctx, const char *path, const char *problem);
    void *ctx;
};

static void verify_card(void *ctx, const char *name, const char *path) {
    (void)path;
    const struct verification *verification = ctx;
    char digest[RR_DIGEST_SIZE], display[RR_DIGEST_SIZE + 64];
    struct rr_buf card = RR_BUF_INIT(RR_STORED_CARD_MAX_BYTES);
    struct rr_err err;
    if (!is_card(name, digest))
        return;
    snprintf(display, sizeof display, "report_cache/%s/%.*s/%s%s", folder_name, prefix_len, digest, digest, suffix);
    int rc = load(verification->store, digest, false, &card, &err);
    verification->tell(verification->ctx, display, rc == 0 ? NULL : err.message);
    rr_buf_free(&card);
}

void rr_cards_verify(const struct rr_store *store, void (*tell)(void *ctx, const char *path, const char *problem), void *ctx) {
    struct verification verification = {store, tell, ctx};
    visit_cards(store, verify_card, &verification);
}
