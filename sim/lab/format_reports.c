/* Test reports: JUnit XML and TAP 14. A question that earned all its points is a passed test. */
#include "lab/format_write.h"
#include "lab/formats.h"

#include <string.h>

static const char *suite_name(const GradeResult *result) {
  return result->student[0] != '\0' ? result->student : result->file;
}

/* ---- JUnit ---- */

static void append_attribute(GString *out, const char *name, const char *text) {
  g_string_append_printf(out, " %s=\"", name);
  g_autofree char *line = format_clean_line(text);
  format_append_xml(out, line);
  g_string_append_c(out, '"');
}

static void append_case(GString *out, const GradeResult *result, const char *id, const char *text) {
  g_autofree char *name = g_strdup_printf("%s: %s", id, text);
  g_autofree char *class = g_strdup_printf("%s.%s", result->lab, suite_name(result));
  g_string_append(out, "    <testcase");
  append_attribute(out, "name", name);
  append_attribute(out, "classname", class);
  g_string_append(out, " time=\"0\"");
}

static void append_trouble(GString *out, const char *element, const char *type, const char *message, const char *text) {
  g_string_append_printf(out, ">\n      <%s", element);
  append_attribute(out, "message", message);
  append_attribute(out, "type", type);
  g_string_append_c(out, '>');
  format_append_xml(out, text);
  g_string_append_printf(out, "</%s>\n    </testcase>\n", element);
}

static void append_junit_question(GString *out, const GradeResult *result, const GradeQuestion *question) {
  append_case(out, result, question->id, question->text);
  if (format_question_passed(question)) {
    g_string_append(out, "/>\n");
    return;
  }
  g_autofree char *words = format_question_words(question);
  g_autofree char *score = format_score_words(question->score, question->points);
  append_trouble(out, "failure", question->answered ? "wrong" : "blank", score, words);
}

typedef struct Counts {
  unsigned tests, failures, errors;
} Counts;

static Counts counts_of(const GradeResult *result) {
  Counts counts = {result->questions->len, 0, 0};
  for (guint i = 0; i < result->questions->len; i++)
    counts.failures += format_question_passed(g_ptr_array_index(result->questions, i)) ? 0 : 1;
  if (result->questions->len == 0)
    counts = (Counts){1, 0, 1};
  return counts;
}

static void append_counts(GString *out, Counts counts) {
  g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\" time=\"0\">\n", counts.tests,
                         counts.failures, counts.errors);
}

static void append_suite(GString *out, const GradeResult *result) {
  g_autofree char *name = g_strdup_printf("%s %s", result->lab, suite_name(result));
  g_string_append(out, "  <testsuite");
  append_attribute(out, "name", name);
  append_counts(out, counts_of(result));
  for (guint i = 0; i < result->questions->len; i++)
    append_junit_question(out, result, g_ptr_array_index(result->questions, i));
  if (result->questions->len == 0) {
    g_autofree char *problems = format_problem_words(result);
    append_case(out, result, "readable", "the answers file can be graded");
    append_trouble(out, "error", "unreadable", "the file could not be graded", problems);
  }
  if (result->verdict != GRADE_MATCHES && result->remark) {
    g_string_append(out, "    <system-out>");
    format_append_xml(out, result->remark);
    g_string_append(out, "</system-out>\n");
  }
  g_string_append(out, "  </testsuite>\n");
}

void format_junit_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  Counts all = {0};
  for (guint i = 0; i < results->len; i++) {
    Counts counts = counts_of(g_ptr_array_index(results, i));
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
  }
  g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"teardown lab\"");
  append_counts(out, all);
  for (guint i = 0; i < results->len; i++)
    append_suite(out, g_ptr_array_index(results, i));
  g_string_append(out, "</testsuites>\n");
}

/* ---- TAP ---- */

/* In a description "#" would begin a directive. */
static void append_tap_text(GString *out, const char *text) {
  g_autofree char *line = format_clean_line(text);
  for (const char *p = line; *p; p++) {
    if (*p == '#' || *p == '\\')
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
  }
}

/* A double-quoted YAML scalar on one line: in a block, a line could pass for one of TAP's own. */
static void append_yaml(GString *out, const char *key, const char *text) {
  g_autofree char *shown = format_clean(text);
  g_string_append_printf(out, "  %s: \"", key);
  for (const char *p = shown; *p; p++) {
    if (*p == '\n') {
      g_string_append(out, "\\n");
      continue;
    }
    if (*p == '"' || *p == '\\')
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
  }
  g_string_append(out, "\"\n");
}

static void append_point(GString *out, gboolean ok, unsigned number, const GradeResult *result, const char *text) {
  g_string_append_printf(out, "%s %u - ", ok ? "ok" : "not ok", number);
  append_tap_text(out, suite_name(result));
  g_string_append_c(out, ' ');
  append_tap_text(out, text);
  g_string_append_c(out, '\n');
}

static void append_tap_question(GString *out, unsigned number, const GradeResult *result,
                                const GradeQuestion *question) {
  gboolean ok = format_question_passed(question);
  g_autofree char *title = g_strdup_printf("%s: %s", question->id, question->text);
  append_point(out, ok, number, result, title);
  if (ok)
    return;
  g_autofree char *words = format_question_words(question);
  g_autofree char *score = format_score_words(question->score, question->points);
  g_string_append(out, "  ---\n");
  append_yaml(out, "score", score);
  append_yaml(out, "message", words);
  g_string_append(out, "  ...\n");
}

void format_tap_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  unsigned count = 0, number = 0;
  for (guint i = 0; i < results->len; i++)
    count += counts_of(g_ptr_array_index(results, i)).tests;
  g_string_append_printf(out, "TAP version 14\n1..%u\n", count);
  for (guint i = 0; i < results->len; i++) {
    const GradeResult *result = g_ptr_array_index(results, i);
    for (guint q = 0; q < result->questions->len; q++)
      append_tap_question(out, ++number, result, g_ptr_array_index(result->questions, q));
    if (result->questions->len > 0)
      continue;
    g_autofree char *problems = format_problem_words(result);
    append_point(out, FALSE, ++number, result, "the answers file can be graded");
    g_string_append(out, "  ---\n");
    append_yaml(out, "message", problems);
    g_string_append(out, "  ...\n");
  }
}
