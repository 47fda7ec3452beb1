/* How grades, and questions, are written. One table; a format may write one of the two or both. */
#ifndef TEARDOWN_LAB_FORMAT_H
#define TEARDOWN_LAB_FORMAT_H

#include "lab/grade.h"
#include "output/text/style.h"

#include <glib.h>

typedef struct LabFormat {
  const char *name;    /* "text", "gradescope" */
  const char *summary; /* one line for --help */
  gboolean one_only;   /* `results` must be a single one: a grader that runs once a student */
  /* Appends. `results` is of GradeResult, at least one. NULL: this format has no grades. */
  void (*write_grades)(const GPtrArray *results, const TextStyle *style, GString *out);
  /* Appends the lab's questions with their keys (`lab key`, question banks). NULL: this format has no questions. */
  void (*write_key)(const LabInstance *instance, const TextStyle *style, GString *out);
} LabFormat;

const LabFormat *lab_formats(unsigned *ret_count);
/* NULL if there is none. */
const LabFormat *lab_format_find(const char *name);

/* The formats, each in its format_*.c; the table in format.c lists them. */
void format_text_grades(const GPtrArray *results, const TextStyle *style, GString *out);
void format_text_key(const LabInstance *instance, const TextStyle *style, GString *out);
void format_json_grades(const GPtrArray *results, const TextStyle *style, GString *out);
void format_json_key(const LabInstance *instance, const TextStyle *style, GString *out);
void format_answers_key(const LabInstance *instance, const TextStyle *style, GString *out);

#endif
