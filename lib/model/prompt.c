#include "model/prompt.h"

#include "base/json_writer.h"

#include <string.h>

/* A file as a text of the program. The assembler reads it, so that what is sent is what stands in the file. */
#define FILE_TEXT(name, path)                                                                                                    \
    __asm__(".pushsection .rodata\n" #name ": .incbin \"lib/model/prompts/" path "\"\n.byte 0\n.popsection\n");                  \
    extern const char(name)[] __attribute__((visibility("hidden")))

#define PROMPT(mode)                                                                                                             \
    FILE_TEXT(rr_prompt_##mode##_system, #mode "/v1/system.txt");                                                                \
    FILE_TEXT(rr_prompt_##mode##_user, #mode "/v1/user.txt");                                                                    \
    FILE_TEXT(rr_prompt_##mode##_repair, #mode "/v1/repair.txt");                                                                \
    FILE_TEXT(rr_prompt_##mode##_schema, #mode "/v1/schema.json")

PROMPT(offline);
PROMPT(online);

static const struct {
    const char *version;
    const char *system, *user, *repair;
    const char *schema;
} prompts[RR_MODE_COUNT] = {
    [RR_OFFLINE] = {"offline/v1", rr_prompt_offline_system, rr_prompt_offline_user, rr_prompt_offline_repair,
                    rr_prompt_offline_schema},
    [RR_ONLINE] = {"online/v1", rr_prompt_online_system, rr_prompt_online_user, rr_prompt_online_repair, rr_prompt_online_schema},
};

enum { text_max_bytes = 1024 * 1024, answer_max_bytes = 4000 };

const char *rr_prompt_version(enum rr_mode mode) {
    return prompts[mode].version;
}

static void write_message(struct rr_writer *writer, const char *role, struct rr_slice content) {
    rr_write_object(writer, NULL);
    rr_write_text(writer, "role", rr_slice_of(role));
    rr_write_text(writer, "content", content);
    rr_write_end(writer, '}');
}

/* The template with value in the place of its mark. */
static void write_filled(struct rr_writer *writer, const char *role, const char *template, const char *mark,
                         struct rr_slice value) {
    struct rr_buf text = RR_BUF_INIT(text_max_bytes);
    const char *at = strstr(template, mark);
    rr_buf_add(&text, template, at == NULL ? strlen(template) : (size_t)(at - template));
    rr_buf_add(&text, value.ptr, value.len);
    rr_buf_add_text(&text, at == NULL ? "" : at + strlen(mark));
    write_message(writer, role, (struct rr_slice){text.ptr, text.len});
    writer->buf->failed |= text.failed;
    rr_buf_free(&text);
}

int rr_prompt_write(struct rr_buf *out, enum rr_mode mode, const struct rr_prompt_settings *settings, struct rr_slice payload,
                    const struct rr_prompt_rejected *rejected, struct rr_err *err) {
    struct rr_writer writer = rr_writer_on(out);
    rr_write_object(&writer, NULL);
    rr_write_text(&writer, "model", rr_slice_of(settings->model));
    rr_write_number(&writer, "temperature", settings->temperature);
    rr_write_whole(&writer, "max_tokens", settings->max_tokens);
    rr_write_object(&writer, "response_format");
    rr_write_plain(&writer, "type", (struct rr_slice)RR_SLICE("json_schema"));
    rr_write_value(&writer, "json_schema", rr_slice_of(prompts[mode].schema));
    rr_write_end(&writer, '}');
    rr_write_array(&writer, "messages");
    write_message(&writer, "system", rr_slice_of(prompts[mode].system));
    write_filled(&writer, "user", prompts[mode].user, "{{data}}", payload);
    if (rejected != NULL) {
        struct rr_slice answer = rejected->answer;
        answer.len = answer.len < answer_max_bytes ? answer.len : answer_max_bytes;
        write_message(&writer, "assistant", answer);
        write_filled(&writer, "user", prompts[mode].repair, "{{problem}}", rr_slice_of(rejected->problem));
    }
    rr_write_end(&writer, ']');
    rr_write_end(&writer, '}');
    rr_writer_close(&writer);
    return out->failed ? rr_fail_memory(err) : 0;
}
