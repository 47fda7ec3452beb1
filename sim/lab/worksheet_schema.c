/* A JSON Schema (2020-12) for one lab's answers file, so that an editor completes names of states and letters and marks
 * what cannot be an answer. It depends on the shape of the questions only, never on a key. */
#include "lab/format_write.h"
#include "lab/worksheet_page.h"

#include <string.h>

static cJSON *typed(const char *type) {
  cJSON *schema = cJSON_CreateObject();
  cJSON_AddStringToObject(schema, "type", type);
  return schema;
}

/* Either what the schema says, or null. */
static cJSON *or_null(cJSON *schema) {
  cJSON *both = cJSON_CreateObject();
  cJSON *any = cJSON_AddArrayToObject(both, "anyOf");
  cJSON_AddItemToArray(any, cJSON_CreateObject());
  cJSON_AddStringToObject(cJSON_GetArrayItem(any, 0), "type", "null");
  cJSON_AddItemToArray(any, schema);
  return both;
}

static cJSON *patterned(const char *pattern) {
  cJSON *schema = typed("string");
  cJSON_AddStringToObject(schema, "pattern", pattern);
  return schema;
}

static cJSON *state_schema(void) {
  cJSON *schema = cJSON_CreateObject();
  cJSON *words = cJSON_AddArrayToObject(schema, "enum");
  for (int state = 0; state < TCP_STATE_COUNT; state++)
    cJSON_AddItemToArray(words, cJSON_CreateString(tcp_state_name((TcpState)state)));
  return schema;
}

static cJSON *stimulus_schema(void) {
  cJSON *schema = cJSON_CreateObject();
  cJSON *words = cJSON_AddArrayToObject(schema, "enum");
  for (int stimulus = 0; stimulus < TCP_STIMULUS_COUNT; stimulus++)
    cJSON_AddItemToArray(words, cJSON_CreateString(tcp_stimulus_name((TcpStimulus)stimulus)));
  return schema;
}

/* One blank, by its type. */
static cJSON *blank_schema(LabBlankType type) {
  switch (type) {
  case LAB_BLANK_STATE:
    return state_schema();
  case LAB_BLANK_STIMULUS:
    return stimulus_schema();
  case LAB_BLANK_TIME:
    return patterned("^ *-?[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|m|h) *$");
  case LAB_BLANK_COUNT:
  case LAB_BLANK_SEGMENT:
  case LAB_BLANK_SEGMENTS:
    return typed("integer");
  case LAB_BLANK_LETTER:
  case LAB_BLANK_LETTERS:
  case LAB_BLANK_ORDER:
    return patterned("^[A-Za-z]{1,2}$");
  case LAB_BLANK_PATH:
    return state_schema();
  case LAB_BLANK_SCENARIO:
    return typed("string");
  case LAB_BLANK_PARAMS:
    return typed("object");
  }
  g_assert_not_reached();
}

static cJSON *list_of(cJSON *items, unsigned most) {
  cJSON *schema = typed("array");
  cJSON_AddItemToObject(schema, "items", or_null(items));
  if (most > 0)
    cJSON_AddNumberToObject(schema, "maxItems", most);
  return schema;
}

/* {"client": [...], "server": [...]}, or the three members of a row of the table. */
static cJSON *members_schema(const LabKey *key) {
  cJSON *schema = typed("object"), *properties = cJSON_AddObjectToObject(schema, "properties");
  for (guint i = 0; i < key->answer_fields->len; i++) {
    const char *field = g_ptr_array_index(key->answer_fields, i);
    cJSON *member;
    if (key->question->kind == LAB_PREDICT)
      member = list_of(typed("string"), 0); /* a state, which a time may follow */
    else
      member = strcmp(field, "stimulus") == 0 ? stimulus_schema() : state_schema();
    cJSON_AddItemToObject(properties, field, or_null(member));
  }
  cJSON_AddFalseToObject(schema, "additionalProperties");
  return schema;
}

static cJSON *answer_schema(const LabKey *key) {
  const LabBlank *first = g_ptr_array_index(key->blanks, 0);
  switch (key->question->kind) {
  case LAB_STATE:
  case LAB_NUMBER:
  case LAB_REPAIR:
    return blank_schema(first->type);
  case LAB_STATES:
    return list_of(blank_schema(first->type), key->blanks->len);
  case LAB_ORDER:
    return list_of(blank_schema(first->type), key->table->rows->len);
  case LAB_SEGMENT:
  case LAB_CHOOSE:
    return key->several ? list_of(blank_schema(first->type), 0) : blank_schema(first->type);
  case LAB_PREDICT:
  case LAB_FAULT:
    return members_schema(key);
  case LAB_DESIGN: {
    cJSON *schema = cJSON_CreateObject();
    cJSON *any = cJSON_AddArrayToObject(schema, "anyOf");
    cJSON_AddItemToArray(any, typed("string"));
    cJSON_AddItemToArray(any, typed("object"));
    return schema;
  }
  case LAB_KIND_COUNT:
    break;
  }
  g_assert_not_reached();
}

static void add_constant(cJSON *properties, const char *name, const char *value) {
  cJSON *schema = cJSON_AddObjectToObject(properties, name);
  cJSON_AddStringToObject(schema, "const", value);
}

static void add_answers(cJSON *properties, const LabInstance *instance) {
  cJSON *answers = typed("object"), *list = cJSON_AddObjectToObject(answers, "properties");
  cJSON_AddItemToObject(properties, "answers", answers);
  cJSON_AddFalseToObject(answers, "additionalProperties");
  for (guint i = 0; i < instance->keys->len; i++) {
    const LabKey *key = g_ptr_array_index(instance->keys, i);
    cJSON *schema = or_null(answer_schema(key));
    format_json_text(schema, "description", key->text);
    cJSON_AddItemToObject(list, key->question->id, schema);
  }
}

static void add_hints(cJSON *properties, const LabInstance *instance) {
  cJSON *hints = typed("object"), *list = cJSON_AddObjectToObject(hints, "properties");
  cJSON_AddItemToObject(properties, "hints", hints);
  cJSON_AddFalseToObject(hints, "additionalProperties");
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    const LabQuestion *question = g_ptr_array_index(instance->lab->questions, i);
    cJSON *count = typed("integer");
    cJSON_AddNumberToObject(count, "minimum", 0);
    cJSON_AddNumberToObject(count, "maximum", question->hints->len);
    cJSON_AddItemToObject(list, question->id, count);
  }
}

void worksheet_add_schema(const LabInstance *instance, GPtrArray *files) {
  cJSON *schema = cJSON_CreateObject();
  cJSON_AddStringToObject(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
  format_json_text(schema, "title", instance->lab->title);
  cJSON_AddStringToObject(schema, "type", "object");
  cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
  cJSON_AddItemToObject(properties, "$schema", typed("string"));
  add_constant(properties, "lab", instance->lab->name);
  add_constant(properties, "student", instance->student ? instance->student : "");
  add_constant(properties, "variant", instance->code);
  add_answers(properties, instance);
  add_hints(properties, instance);
  cJSON *required = cJSON_AddArrayToObject(schema, "required");
  static const char *const names[] = {"lab", "student", "variant", "answers"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    cJSON_AddItemToArray(required, cJSON_CreateString(names[i]));
  cJSON_AddFalseToObject(schema, "additionalProperties");
  GString *text = g_string_new(NULL);
  format_json_print(schema, text);
  g_ptr_array_add(files, lab_file_new("answers.schema.json", text));
}
