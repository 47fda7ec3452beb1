/* Results of one student for the graders of others: Gradescope, PrairieLearn, check50. Their field names. */
#include "lab/format_write.h"
#include "lab/formats.h"

#include "config.h"

static const GradeResult *only(const GPtrArray *results) {
  g_assert(results->len > 0);
  return g_ptr_array_index(results, 0);
}

static char *question_title(const GradeQuestion *question) {
  g_autofree char *text = format_clean_line(question->text);
  return g_strdup_printf("%s: %s", question->id, text);
}

static gboolean is_unreadable(const GradeResult *result) {
  return result->verdict == GRADE_UNREADABLE;
}

/* ---- Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/ ---- */

/* A question's outcome names what happened instead, so a student may see it only once grades are published: until then
 * answers can be handed in again. */
static cJSON *gradescope_test(const GradeQuestion *question, unsigned number) {
  cJSON *test = cJSON_CreateObject();
  g_autofree char *name = question_title(question), *output = format_question_words(question);
  g_autofree char *label = g_strdup_printf("%u", number);
  format_json_points(test, "score", question->score);
  format_json_points(test, "max_score", question->points);
  format_json_text(test, "status", format_question_passed(question) ? "passed" : "failed");
  format_json_text(test, "name", name);
  format_json_text(test, "name_format", "text");
  format_json_text(test, "number", label);
  format_json_text(test, "output", output);
  format_json_text(test, "output_format", "text");
  cJSON *tags = cJSON_AddArrayToObject(test, "tags");
  cJSON_AddItemToArray(tags, cJSON_CreateString(lab_question_kind(question->kind)->word));
  format_json_text(test, "visibility", "after_published");
  return test;
}

/* Whose variant it is: for the instructor only. */
static cJSON *gradescope_variant(const GradeResult *result, unsigned number) {
  cJSON *test = cJSON_CreateObject();
  g_autofree char *label = g_strdup_printf("%u", number);
  cJSON_AddNumberToObject(test, "score", 0);
  cJSON_AddNumberToObject(test, "max_score", 0);
  format_json_text(test, "status", result->verdict == GRADE_MATCHES ? "passed" : "failed");
  format_json_text(test, "name", "variant");
  format_json_text(test, "number", label);
  format_json_text(test, "output", result->remark ? result->remark : grade_verdict_meaning(result->verdict));
  format_json_text(test, "output_format", "text");
  format_json_text(test, "visibility", "hidden");
  return test;
}

void format_gradescope_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  const GradeResult *result = only(results);
  cJSON *tree = cJSON_CreateObject();
  format_json_points(tree, "score", result->score);
  g_autofree char *problems = format_problem_words(result);
  g_autofree char *output = g_strdup_printf(
      "%s%s%s", is_unreadable(result) ? "Your answers could not be graded." : "Your answers were graded.",
      problems[0] != '\0' ? "\n" : "", problems);
  format_json_text(tree, "output", output);
  format_json_text(tree, "output_format", "text");
  format_json_text(tree, "test_output_format", "text");
  format_json_text(tree, "test_name_format", "text");
  format_json_text(tree, "visibility", "visible");
  format_json_text(tree, "stdout_visibility", "hidden");
  cJSON *extra = cJSON_AddObjectToObject(tree, "extra_data");
  format_json_text(extra, "lab", result->lab);
  format_json_text(extra, "student", result->student);
  format_json_text(extra, "verdict", grade_verdict_word(result->verdict));
  if (result->owner)
    format_json_text(extra, "owner", result->owner);
  cJSON *tests = cJSON_AddArrayToObject(tree, "tests");
  for (guint i = 0; i < result->questions->len; i++)
    cJSON_AddItemToArray(tests, gradescope_test(g_ptr_array_index(result->questions, i), i + 1));
  cJSON_AddItemToArray(tests, gradescope_variant(result, result->questions->len + 1));
  format_json_print(tree, out);
}

/* ---- PrairieLearn: docs/externalGrading.md ---- */

static cJSON *prairielearn_test(const GradeQuestion *question) {
  cJSON *test = cJSON_CreateObject();
  g_autofree char *output = format_question_words(question);
  g_autofree char *message = format_score_words(question->score, question->points);
  format_json_text(test, "name", question->id);
  format_json_text(test, "description", question->text);
  format_json_points(test, "points", question->score);
  format_json_points(test, "max_points", question->points);
  format_json_text(test, "message", message);
  format_json_text(test, "output", output);
  return test;
}

void format_prairielearn_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  const GradeResult *result = only(results);
  cJSON *tree = cJSON_CreateObject();
  char share[G_ASCII_DTOSTR_BUF_SIZE];
  double score = result->points > 0 ? result->score / result->points : 0;
  cJSON_AddBoolToObject(tree, "gradable", !is_unreadable(result));
  cJSON_AddRawToObject(tree, "score", g_ascii_formatd(share, sizeof share, "%.4f", score));
  g_autofree char *words = format_score_words(result->score, result->points);
  format_json_text(tree, "message", is_unreadable(result) ? "The answers could not be graded." : words);
  format_json_text(tree, "output", "");
  cJSON_AddArrayToObject(tree, "images");
  cJSON *errors = cJSON_AddArrayToObject(tree, "format_errors");
  for (guint i = 0; i < result->problems->len; i++) {
    g_autofree char *problem = format_clean(g_ptr_array_index(result->problems, i));
    cJSON_AddItemToArray(errors, cJSON_CreateString(problem));
  }
  cJSON *tests = cJSON_AddArrayToObject(tree, "tests");
  for (guint i = 0; i < result->questions->len; i++)
    cJSON_AddItemToArray(tests, prairielearn_test(g_ptr_array_index(result->questions, i)));
  format_json_print(tree, out);
}

/* ---- check50: https://cs50.github.io/check50/json_specification.html ---- */

/* `passed` is true only for all points; how many there were stands in `data`. */
static cJSON *check50_result(const char *name, const char *description, gboolean passed, const char *rationale,
                             const char *log) {
  cJSON *item = cJSON_CreateObject();
  format_json_text(item, "name", name);
  format_json_text(item, "description", description);
  cJSON_AddBoolToObject(item, "passed", passed);
  g_autofree char *shown = format_clean(log);
  g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);
  cJSON *array = cJSON_AddArrayToObject(item, "log");
  for (char **line = lines; *line; line++)
    if (**line != '\0')
      cJSON_AddItemToArray(array, cJSON_CreateString(*line));
  if (passed) {
    cJSON_AddNullToObject(item, "cause");
  } else {
    cJSON *cause = cJSON_AddObjectToObject(item, "cause");
    format_json_text(cause, "rationale", rationale);
    cJSON_AddNullToObject(cause, "help");
  }
  return item;
}

static void check50_end(cJSON *results, cJSON *item, double score, double points) {
  cJSON *data = cJSON_AddObjectToObject(item, "data");
  format_json_points(data, "score", score);
  format_json_points(data, "max_score", points);
  cJSON_AddNullToObject(item, "dependency");
  cJSON_AddItemToArray(results, item);
}

void format_check50_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  const GradeResult *result = only(results);
  cJSON *tree = cJSON_CreateObject();
  g_autofree char *slug = g_strdup_printf("teardown/%s", result->lab);
  format_json_text(tree, "slug", slug);
  format_json_text(tree, "version", PACKAGE_VERSION);
  cJSON *array = cJSON_AddArrayToObject(tree, "results");
  g_autofree char *problems = format_problem_words(result);
  gboolean readable = !is_unreadable(result);
  check50_end(
      array, check50_result("readable", "the answers file can be graded", readable, "it could not be graded", problems),
      0, 0);
  for (guint i = 0; i < result->questions->len; i++) {
    const GradeQuestion *question = g_ptr_array_index(result->questions, i);
    g_autofree char *log = format_question_words(question);
    g_autofree char *score = format_score_words(question->score, question->points);
    check50_end(array, check50_result(question->id, question->text, format_question_passed(question), score, log),
                question->score, question->points);
  }
  format_json_print(tree, out);
}
