#include "lab/format.h"

#include <string.h>

#include "lab/formats.h"

static const LabFormat FORMATS[] = {
    {"text", "for people (the default)", FALSE, format_text_grades, format_text_key},
    {"json", "everything, for programs", FALSE, format_json_grades, format_json_key},
    {"csv", "a row for each answers file", FALSE, format_csv_grades, NULL},
    {"gradescope", "results.json of a Gradescope autograder", TRUE, format_gradescope_grades, NULL},
    {"moodle", "the questions as Moodle XML", FALSE, NULL, format_moodle_key},
    {"prairielearn", "results.json of PrairieLearn's external grader", TRUE, format_prairielearn_grades, NULL},
    {"check50", "the JSON of check50", TRUE, format_check50_grades, NULL},
    {"junit", "JUnit XML", FALSE, format_junit_grades, NULL},
    {"tap", "TAP version 14", FALSE, format_tap_grades, NULL},
    {"gift", "the questions in Moodle's GIFT", FALSE, NULL, format_gift_key},
    {"answers", "an answers file with the key filled in", FALSE, NULL, format_answers_key},
};

const LabFormat *lab_formats(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(FORMATS);
  return FORMATS;
}

const LabFormat *lab_format_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMATS); i++)
    if (strcmp(FORMATS[i].name, name) == 0)
      return &FORMATS[i];
  return NULL;
}

void format_answers_key(const LabInstance *instance, const TextStyle *style, GString *out) {
  (void)style;
  answers_write_key(instance, out);
}
