#include "lab/format_write.h"

#include "output/text/style.h"

#include <string.h>

char *format_clean(const char *text) {
  const TextStyle plain = {0};
  g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
  for (char **line = lines; *line; line++) {
    char *shown = text_clean(&plain, *line);
    g_free(*line);
    *line = shown;
  }
  return g_strjoinv("\n", lines);
}

char *format_clean_line(const char *text) {
  char *shown = format_clean(text);
  g_strdelimit(shown, "\n", ' ');
  return shown;
}

void format_append_xml(GString *out, const char *text) {
  g_autofree char *shown = format_clean(text);
  for (const char *p = shown; *p; p++) {
    switch (*p) {
    case '&':
      g_string_append(out, "&amp;");
      break;
    case '<':
      g_string_append(out, "&lt;");
      break;
    case '>':
      g_string_append(out, "&gt;");
      break;
    case '"':
      g_string_append(out, "&quot;");
      break;
    case '\'':
      g_string_append(out, "&#39;");
      break;
    default:
      g_string_append_c(out, *p);
    }
  }
}

gboolean format_question_passed(const GradeQuestion *question) {
  return question->score >= question->points - 1e-9;
}

char *format_score_words(double score, double points) {
  char got[32], most[32];
  grade_points_text(score, got, sizeof got);
  grade_points_text(points, most, sizeof most);
  return g_strdup_printf("%s of %s point%s", got, most, strcmp(most, "1") == 0 ? "" : "s");
}

static void append_blank(GString *out, const GradeQuestion *question, const GradeBlank *blank) {
  g_autofree char *score = format_score_words(blank->score, blank->points);
  if (blank->label[0] != '\0')
    g_string_append_printf(out, "%s: ", blank->label);
  else if (question->blanks->len > 1)
    g_string_append_printf(out, "%s: ", blank->id);
  if (blank->given == NULL)
    g_string_append(out, "left blank");
  else
    g_string_append_printf(out, "you answered %s", blank->given);
  g_string_append_printf(out, " (%s)", score);
  if (blank->feedback && blank->feedback[0] != '\0')
    g_string_append_printf(out, ". %s", blank->feedback);
  g_string_append_c(out, '\n');
}

char *format_question_words(const GradeQuestion *question) {
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < question->blanks->len; i++)
    append_blank(out, question, g_ptr_array_index(question->blanks, i));
  if (question->hints_used > 0) {
    char cost[32];
    g_string_append_printf(out, "%u hint%s opened: %s off\n", question->hints_used,
                           question->hints_used == 1 ? "" : "s",
                           grade_points_text(question->hints_cost, cost, sizeof cost));
  }
  if (question->feedback && question->feedback[0] != '\0')
    g_string_append_printf(out, "%s\n", question->feedback);
  if (question->rfc)
    g_string_append_printf(out, "See %s.\n", question->rfc);
  if (out->len > 0)
    g_string_truncate(out, out->len - 1);
  return g_string_free(out, FALSE);
}

char *format_problem_words(const GradeResult *result) {
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < result->problems->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "", (const char *)g_ptr_array_index(result->problems, i));
  return g_string_free(out, FALSE);
}

void format_json_text(cJSON *object, const char *key, const char *text) {
  g_autofree char *shown = format_clean(text);
  cJSON_AddStringToObject(object, key, shown);
}

/* Raw, because cJSON prints numbers by the locale. */
void format_json_points(cJSON *object, const char *key, double points) {
  char text[32];
  cJSON_AddRawToObject(object, key, grade_points_text(points, text, sizeof text));
}

void format_json_print(cJSON *tree, GString *out) {
  char *text = cJSON_Print(tree);
  g_assert(text != NULL);
  g_string_append(out, text);
  g_string_append_c(out, '\n');
  cJSON_free(text);
  cJSON_Delete(tree);
}
