/* docs/scenario.schema.json and docs/scenario-format.md tell the same story as the program's own lists. */
#include <string.h>

#include <cjson/cJSON.h>
#include <glib.h>

#include "scenario/scenario_json.h"

static char *read_doc(const char *name) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", name, NULL);
  char *text = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  return text;
}

static cJSON *read_schema(void) {
  g_autofree char *text = read_doc("scenario.schema.json");
  cJSON *schema = cJSON_Parse(text);
  g_assert_nonnull(schema);
  return schema;
}

static const cJSON *at(const cJSON *item, const char *a, const char *b, const char *c) {
  item = cJSON_GetObjectItemCaseSensitive(item, a);
  item = b ? cJSON_GetObjectItemCaseSensitive(item, b) : item;
  item = c ? cJSON_GetObjectItemCaseSensitive(item, c) : item;
  g_assert_nonnull(item);
  return item;
}

static const char *text_at(const cJSON *item, const char *key) {
  const cJSON *member = cJSON_GetObjectItemCaseSensitive(item, key);
  return cJSON_IsString(member) ? member->valuestring : "";
}

static void assert_bounds(const cJSON *item, const TcpParamInfo *info, int64_t high) {
  g_assert_cmpstr(text_at(item, "type"), ==, "integer");
  g_assert_cmpfloat(at(item, "minimum", NULL, NULL)->valuedouble, ==, (double)info->low);
  g_assert_cmpfloat(at(item, "maximum", NULL, NULL)->valuedouble, ==, (double)high);
}

static void assert_parameter(const cJSON *item, const TcpParamInfo *info) {
  const cJSON *choice;
  unsigned words = 0;
  switch (info->type) {
  case TCP_PARAM_TIME:
    g_assert_cmpstr(text_at(item, "$ref"), ==, info->high == SIM_NEVER ? "#/$defs/timeOrNever" : "#/$defs/time");
    return;
  case TCP_PARAM_COUNT:
    if (info->high == TCP_UNLIMITED)
      assert_bounds(at(item, "anyOf", NULL, NULL)->child, info, info->high - 1);
    else
      assert_bounds(item, info, info->high);
    return;
  case TCP_PARAM_SWITCH:
    g_assert_cmpstr(text_at(item, "type"), ==, "boolean");
    return;
  case TCP_PARAM_CHOICE:
    cJSON_ArrayForEach(choice, at(item, "enum", NULL, NULL)) {
      g_assert_cmpstr(choice->valuestring, ==, info->words[words]);
      words++;
    }
    g_assert_null(info->words[words]);
    return;
  }
  g_assert_not_reached();
}

static void test_the_schema_has_the_parameters_of_the_program(void) {
  cJSON *schema = read_schema();
  const cJSON *tcp = at(at(schema, "$defs", "host", "properties"), "tcp", "properties", NULL);
  unsigned count;
  const TcpParamInfo *list = tcp_param_list(&count);
  for (unsigned i = 0; i < count; i++) {
    const cJSON *item = at(tcp, list[i].name, NULL, NULL);
    assert_parameter(item, &list[i]);
    g_autofree char *described = g_ascii_strdown(text_at(item, "description"), -1);
    g_autofree char *meaning = g_ascii_strdown(list[i].meaning, -1);
    g_assert_true(g_str_has_prefix(described, meaning));
  }
  g_assert_cmpint(cJSON_GetArraySize(tcp), ==, (int)count + 1); /* and $comment */
  cJSON_Delete(schema);
}

static void test_the_schema_has_the_profiles_of_the_program(void) {
  cJSON *schema = read_schema();
  const cJSON *names = at(at(schema, "$defs", "host", "properties"), "profile", "enum", NULL);
  unsigned count;
  const TcpProfile *list = tcp_profile_list(&count);
  g_assert_cmpint(cJSON_GetArraySize(names), ==, (int)count);
  for (unsigned i = 0; i < count; i++)
    g_assert_cmpstr(cJSON_GetArrayItem(names, (int)i)->valuestring, ==, list[i].name);
  cJSON_Delete(schema);
}

/* Every object of the schema is closed and every property says what it is: editors show that. */
static void assert_described(const cJSON *item) {
  const cJSON *properties = cJSON_GetObjectItemCaseSensitive(item, "properties");
  if (properties && !strcmp(text_at(item, "type"), "object")) {
    g_assert_true(cJSON_IsFalse(at(item, "additionalProperties", NULL, NULL)));
    const cJSON *property;
    cJSON_ArrayForEach(property, properties) {
      gboolean described = text_at(property, "description")[0] || text_at(property, "$ref")[0];
      if (!described)
        g_test_message("%s has no description", property->string);
      g_assert_true(described);
    }
  }
  const cJSON *child;
  cJSON_ArrayForEach(child, item) assert_described(child);
}

static void test_every_property_of_the_schema_is_described(void) {
  cJSON *schema = read_schema();
  assert_described(schema);
  const cJSON *definition; /* what a $ref leads to */
  cJSON_ArrayForEach(definition, at(schema, "$defs", NULL, NULL)) {
    g_assert_cmpstr(text_at(definition, "description"), !=, "");
  }
  cJSON_Delete(schema);
}

/* The manual mentions `key`, quoted as code or as a word of JSON. */
static void assert_mentioned(const char *manual, const char *key) {
  g_autofree char *code = g_strdup_printf("`%s`", key), *json = g_strdup_printf("\"%s\"", key);
  gboolean mentioned = strstr(manual, code) || strstr(manual, json);
  if (!mentioned)
    g_test_message("the manual does not mention %s", key);
  g_assert_true(mentioned);
}

static void mention_all(const char *manual, const cJSON *item) {
  const cJSON *child;
  const cJSON *properties = cJSON_GetObjectItemCaseSensitive(item, "properties");
  cJSON_ArrayForEach(child, properties) assert_mentioned(manual, child->string);
  cJSON_ArrayForEach(child, cJSON_GetObjectItemCaseSensitive(item, "enum")) {
    if (g_ascii_islower(child->valuestring[0])) /* states and flags have lists of their own */
      assert_mentioned(manual, child->valuestring);
  }
  cJSON_ArrayForEach(child, item) mention_all(manual, child);
}

/* Words of parameters stand in the rows of the table, unquoted. */
static void test_the_manual_mentions_every_key_and_word(void) {
  g_autofree char *manual = read_doc("scenario-format.md");
  cJSON *schema = read_schema();
  cJSON *tcp =
      cJSON_DetachItemFromObjectCaseSensitive((cJSON *)(gpointer)at(schema, "$defs", "host", "properties"), "tcp");
  mention_all(manual, schema);
  cJSON_Delete(tcp);
  cJSON_Delete(schema);
}

/* A row of the manual's table of parameters. */
static char *parameter_row(const TcpParamInfo *info) {
  static const char *const types[] = {"time", "count", "switch", "word"};
  unsigned profiles;
  const TcpProfile *list = tcp_profile_list(&profiles);
  char low[32], high[32];
  GString *row = g_string_new(NULL);
  g_string_append_printf(row, "| `%s` | %s | ", info->name, types[info->type]);
  switch (info->type) {
  case TCP_PARAM_TIME:
    g_string_append_printf(row, "%s to %s", simtime_print(info->low, low, sizeof low),
                           simtime_print(info->high, high, sizeof high));
    break;
  case TCP_PARAM_COUNT:
    g_snprintf(high, sizeof high, "%" G_GINT64_FORMAT, info->high);
    g_string_append_printf(row, "%" G_GINT64_FORMAT " to %s", info->low,
                           info->high == TCP_UNLIMITED ? "unlimited" : high);
    break;
  case TCP_PARAM_SWITCH:
    g_string_append(row, "true, false");
    break;
  case TCP_PARAM_CHOICE:
    for (unsigned i = 0; info->words[i]; i++)
      g_string_append_printf(row, "%s%s", i ? ", " : "", info->words[i]);
    break;
  }
  for (unsigned i = 0; i < profiles; i++) {
    TcpParams params;
    tcp_profile_params(&list[i], &params);
    if (!list[i].broken)
      g_string_append_printf(row, " | %s", tcp_params_print(&params, info, low, sizeof low));
  }
  g_string_append_printf(row, " | %s |\n", info->meaning);
  return g_string_free(row, FALSE);
}

static void test_the_table_of_parameters_in_the_manual_is_right(void) {
  g_autofree char *manual = read_doc("scenario-format.md");
  unsigned count;
  const TcpParamInfo *list = tcp_param_list(&count);
  for (unsigned i = 0; i < count; i++) {
    g_autofree char *row = parameter_row(&list[i]);
    if (!strstr(manual, row))
      g_test_message("docs/scenario-format.md should have the row: %s", row);
    g_assert_nonnull(strstr(manual, row));
  }
}

static void test_the_first_example_of_the_manual_is_a_scenario(void) {
  g_autofree char *manual = read_doc("scenario-format.md");
  char *start = strstr(manual, "```json\n");
  g_assert_nonnull(start);
  start += strlen("```json\n");
  const char *end = strstr(start, "```");
  g_assert_nonnull(end);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(start, (size_t)(end - start), "manual", NULL, &errors);
  g_assert_nonnull(scenario);
  g_assert_cmpuint(scenario->expectations->len, ==, 3);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scenario/schema/parameters", test_the_schema_has_the_parameters_of_the_program);
  g_test_add_func("/scenario/schema/profiles", test_the_schema_has_the_profiles_of_the_program);
  g_test_add_func("/scenario/schema/descriptions", test_every_property_of_the_schema_is_described);
  g_test_add_func("/scenario/manual/keys-and-words", test_the_manual_mentions_every_key_and_word);
  g_test_add_func("/scenario/manual/parameters", test_the_table_of_parameters_in_the_manual_is_right);
  g_test_add_func("/scenario/manual/example", test_the_first_example_of_the_manual_is_a_scenario);
  return g_test_run();
}
