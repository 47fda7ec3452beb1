/* The answers file of a student (JSON):
 *
 *   {"$schema": ..., "lab": "01-four-segments", "student": "s1234567", "variant": "K7QF-2M9X",
 *    "answers": {"q1": null, "q2": [null, null], ...},      as lab_question.h says for each kind; null: left blank
 *    "hints": {"q1": 0, ...}}                               how many hints were opened
 *
 * It is hostile input: size, depth and types are bounded, and nothing in it is a path, except that a design may name a
 * file beside it: a plain name, no link, no folder. */
#ifndef TEARDOWN_LAB_ANSWERS_H
#define TEARDOWN_LAB_ANSWERS_H

#include "lab/instance.h"
#include "scenario/json_doc.h"

#include <glib.h>

#define ANSWERS_MOST_OCTETS (1024 * 1024)
#define ANSWERS_MOST_NAME   200 /* characters of a name that is kept for reports */

typedef struct Answers {
  char *file;                    /* as it was given */
  char *folder;                  /* that it stands in; NULL for text from memory */
  char *lab, *student, *variant; /* NULL: it does not say. Untrusted. */
  JsonDoc *doc;                  /* NULL if it is no JSON */
  cJSON *answers, *hints;        /* in `doc`; NULL: it has none */
  GPtrArray *problems;           /* of char *: what is wrong with it, for people, with line and column; may be empty */
} Answers;

/* Never fails: what cannot be read is a problem. */
Answers *answers_load(const char *path);
Answers *answers_parse(const char *text, size_t length, const char *path);
void answers_free(Answers *answers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answers, answers_free)

/* The answer to a question; `ret_text` (to be freed) keeps answer.text alive. */
LabAnswer answers_get(const Answers *answers, const char *question, char **ret_text);
/* How many hints were opened, not more than there are. */
unsigned answers_hints(const Answers *answers, const LabQuestion *question);

/* An answers file with every blank null, for one student. Appends to `out`. */
void answers_write_blank(const LabInstance *instance, GString *out);
/* The same with the key filled in (what `lab key --format answers` prints); a design's and a repair's stay null. */
void answers_write_key(const LabInstance *instance, GString *out);

/* Reads a file beside the answers: a plain name. NULL with `error` if it is anything else, or too large. */
char *answers_read_beside(const char *folder, const char *name, size_t most, size_t *ret_length, GError **error);

#endif
