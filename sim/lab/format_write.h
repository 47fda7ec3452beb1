/* What the formats of grades and questions share: texts made harmless, and a question's outcome in words.
 *
 * Every text that goes out passes format_clean() first, so nothing a student wrote acts on a terminal or ends an
 * element; each format's own escaping comes after it. Returned strings are the caller's. */
#ifndef TEARDOWN_LAB_FORMAT_WRITE_H
#define TEARDOWN_LAB_FORMAT_WRITE_H

#include "lab/grade.h"

#include <cjson/cJSON.h>
#include <glib.h>

/* `text` (any octets; NULL is empty) as valid UTF-8 with every control and bidi character visible; lines stay lines. */
char *format_clean(const char *text);
/* The same on one line: lines joined by a blank. */
char *format_clean_line(const char *text);
/* Appends the clean text, with what is special in XML text and attributes as entities. */
void format_append_xml(GString *out, const char *text);

/* What became of a question, for the student: a line for each blank (what was given, what it earned, what happened
 * instead), hints paid for, the reason and the section that decides it. Not clean yet. */
char *format_question_words(const GradeQuestion *question);
/* Whether the question earned all its points. */
gboolean format_question_passed(const GradeQuestion *question);
/* "6.5 of 10 points" */
char *format_score_words(double score, double points);
/* The problems of the file, a line each; "" if there are none. Not clean yet. */
char *format_problem_words(const GradeResult *result);

/* Members of a JSON object: a clean text, points in hundredths. */
void format_json_text(cJSON *object, const char *key, const char *text);
void format_json_points(cJSON *object, const char *key, double points);
/* Appends the printed tree and a newline, and frees the tree. */
void format_json_print(cJSON *tree, GString *out);

#endif
