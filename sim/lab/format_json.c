/* Grades and keys as JSON: everything that the structures hold. */
#include "lab/format.h"
#include "lab/format_write.h"

static void add_optional(cJSON *object, const char *key, const char *text) {
  if (text)
    format_json_text(object, key, text);
  else
    cJSON_AddNullToObject(object, key);
}

/* --- grades ------------------------------------------------------------------------------------------------------- */

static cJSON *blank_tree(const GradeBlank *blank) {
  cJSON *tree = cJSON_CreateObject();
  format_json_text(tree, "id", blank->id);
  format_json_text(tree, "label", blank->label);
  add_optional(tree, "given", blank->given);
  format_json_text(tree, "expected", blank->expected);
  format_json_points(tree, "score", blank->score);
  format_json_points(tree, "points", blank->points);
  add_optional(tree, "feedback", blank->feedback);
  return tree;
}

static cJSON *question_tree(const GradeQuestion *question) {
  cJSON *tree = cJSON_CreateObject();
  format_json_text(tree, "id", question->id);
  format_json_text(tree, "kind", lab_question_kind(question->kind)->word);
  format_json_text(tree, "text", question->text);
  format_json_points(tree, "score", question->score);
  format_json_points(tree, "points", question->points);
  cJSON_AddBoolToObject(tree, "answered", question->answered);
  cJSON_AddNumberToObject(tree, "hints", question->hints_used);
  format_json_points(tree, "hints_cost", question->hints_cost);
  add_optional(tree, "feedback", question->feedback);
  add_optional(tree, "rfc", question->rfc);
  cJSON *blanks = cJSON_AddArrayToObject(tree, "blanks");
  for (guint i = 0; i < question->blanks->len; i++)
    cJSON_AddItemToArray(blanks, blank_tree(g_ptr_array_index(question->blanks, i)));
  return tree;
}

static cJSON *result_tree(const GradeResult *result) {
  cJSON *tree = cJSON_CreateObject();
  format_json_text(tree, "file", result->file);
  format_json_text(tree, "student", result->student);
  format_json_text(tree, "lab", result->lab);
  format_json_text(tree, "title", result->title);
  format_json_text(tree, "variant", result->code);
  add_optional(tree, "given_variant", result->given_code);
  format_json_text(tree, "verdict", grade_verdict_word(result->verdict));
  add_optional(tree, "owner", result->owner);
  add_optional(tree, "remark", result->remark);
  format_json_points(tree, "score", result->score);
  format_json_points(tree, "points", result->points);
  cJSON *problems = cJSON_AddArrayToObject(tree, "problems");
  for (guint i = 0; i < result->problems->len; i++) {
    g_autofree char *clean = format_clean(g_ptr_array_index(result->problems, i));
    cJSON_AddItemToArray(problems, cJSON_CreateString(clean));
  }
  cJSON *questions = cJSON_AddArrayToObject(tree, "questions");
  for (guint i = 0; i < result->questions->len; i++)
    cJSON_AddItemToArray(questions, question_tree(g_ptr_array_index(result->questions, i)));
  return tree;
}

void format_json_grades(const GPtrArray *results, const TextStyle *style, GString *out) {
  (void)style;
  cJSON *tree = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(tree, "results");
  for (guint i = 0; i < results->len; i++)
    cJSON_AddItemToArray(list, result_tree(g_ptr_array_index(results, i)));
  format_json_print(tree, out);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

static cJSON *key_tree(const LabKey *key) {
  cJSON *tree = cJSON_CreateObject();
  format_json_text(tree, "id", key->question->id);
  format_json_text(tree, "kind", lab_question_kind(key->question->kind)->word);
  format_json_text(tree, "text", key->text);
  cJSON_AddNumberToObject(tree, "points", key->question->points);
  add_optional(tree, "why", key->why);
  add_optional(tree, "rfc", key->question->rfc);
  cJSON *blanks = cJSON_AddArrayToObject(tree, "blanks");
  for (guint i = 0; i < key->blanks->len; i++) {
    const LabBlank *blank = g_ptr_array_index(key->blanks, i);
    cJSON *item = cJSON_CreateObject();
    format_json_text(item, "id", blank->id);
    format_json_text(item, "label", blank->label);
    format_json_text(item, "expected", blank->expected);
    cJSON_AddItemToArray(blanks, item);
  }
  return tree;
}

void format_json_key(const LabInstance *instance, const TextStyle *style, GString *out) {
  (void)style;
  cJSON *tree = cJSON_CreateObject();
  format_json_text(tree, "lab", instance->lab->name);
  add_optional(tree, "student", instance->student);
  format_json_text(tree, "variant", instance->code);
  cJSON *values = cJSON_AddArrayToObject(tree, "values"), *keys = cJSON_AddArrayToObject(tree, "questions");
  for (guint i = 0; i < instance->values->len; i++) {
    g_autofree char *clean = format_clean(g_ptr_array_index(instance->values, i));
    cJSON_AddItemToArray(values, cJSON_CreateString(clean));
  }
  for (guint i = 0; i < instance->keys->len; i++)
    cJSON_AddItemToArray(keys, key_tree(g_ptr_array_index(instance->keys, i)));
  format_json_print(tree, out);
}
