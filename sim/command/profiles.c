/* teardown profiles: the stacks, their parameters with the source of each value, and where two differ. */
#include "command/cli.h"
#include "command/command.h"
#include "trace/nearest.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const TcpProfile *find(const char *name) {
  const TcpProfile *profile = tcp_profile_find(name);
  if (profile)
    return profile;
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  Nearest nearest = {.wanted = name};
  for (unsigned i = 0; i < n_profiles; i++)
    nearest_offer(&nearest, profiles[i].name);
  if (nearest.word)
    cli_complain("profiles", FALSE, "no profile \"%s\"; did you mean \"%s\"?", name, nearest.word);
  else
    cli_complain("profiles", FALSE, "no profile \"%s\"; teardown profiles lists them", name);
  return NULL;
}

static void value_of(const TcpProfile *profile, const TcpParamInfo *info, char *buffer, size_t size) {
  TcpParams params;
  tcp_profile_params(profile, &params);
  tcp_params_print(&params, info, buffer, size);
}

static const char *trust(const TcpSetting *setting) {
  return setting->verified ? "" : " (unverified)";
}

/* Whether the value is the profile's own: what it takes over from its base has the base's source. */
static gboolean is_own(const TcpProfile *profile, const TcpParamInfo *info) {
  return !profile->base || tcp_profile_setting(profile, info) != tcp_profile_setting(profile->base, info);
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void list_profiles(GString *out) {
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  for (unsigned i = 0; i < n_profiles; i++)
    g_string_append_printf(out, "%-26s %s\n", profiles[i].name, profiles[i].summary);
  g_string_append(out,
                  "\nteardown profiles NAME: its parameters and where they come from; teardown profiles A B: where "
                  "they differ.\n");
}

static void show_profile(const TcpProfile *profile, GString *out) {
  unsigned n_params;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  g_string_append_printf(out, "%s: %s\n\n", profile->name, profile->summary);
  for (unsigned i = 0; i < n_params; i++) {
    char value[64];
    value_of(profile, &params[i], value, sizeof value);
    const TcpSetting *setting = tcp_profile_setting(profile, &params[i]);
    gboolean own = is_own(profile, &params[i]);
    g_string_append_printf(out, "%-26s %-14s %s\n%-41s %s%s%s\n", params[i].name, value, params[i].meaning, "",
                           setting->source, trust(setting), own ? "" : "; taken over, not looked up for this stack");
  }
}

static unsigned show_difference(const TcpProfile *a, const TcpProfile *b, GString *out) {
  unsigned n_params, differing = 0;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  g_string_append_printf(out, "%-26s %-14s %-14s\n", "parameter", a->name, b->name);
  for (unsigned i = 0; i < n_params; i++) {
    char value_a[64], value_b[64];
    value_of(a, &params[i], value_a, sizeof value_a);
    value_of(b, &params[i], value_b, sizeof value_b);
    if (strcmp(value_a, value_b) == 0)
      continue;
    differing++;
    g_string_append_printf(out, "%-26s %-14s %-14s %s\n", params[i].name, value_a, value_b, params[i].meaning);
  }
  g_string_append_printf(out, "\n%u of %u parameters differ.\n", differing, n_params);
  return differing;
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static cJSON *profile_json(const TcpProfile *profile) {
  unsigned n_params;
  const TcpParamInfo *params = tcp_param_list(&n_params);
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", profile->name);
  cJSON_AddStringToObject(object, "summary", profile->summary);
  cJSON_AddBoolToObject(object, "broken", profile->broken);
  cJSON *values = cJSON_AddObjectToObject(object, "params");
  for (unsigned i = 0; i < n_params; i++) {
    char value[64];
    value_of(profile, &params[i], value, sizeof value);
    const TcpSetting *setting = tcp_profile_setting(profile, &params[i]);
    cJSON *entry = cJSON_AddObjectToObject(values, params[i].name);
    cJSON_AddStringToObject(entry, "value", value);
    cJSON_AddStringToObject(entry, "meaning", params[i].meaning);
    cJSON_AddStringToObject(entry, "source", setting->source);
    cJSON_AddBoolToObject(entry, "verified", setting->verified);
    cJSON_AddBoolToObject(entry, "own", is_own(profile, &params[i]));
  }
  return object;
}

static void write_json(int argc, const TcpProfile *const *chosen, GString *out) {
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  cJSON *list = cJSON_CreateArray();
  for (int i = 0; i < argc; i++)
    cJSON_AddItemToArray(list, profile_json(chosen[i]));
  for (unsigned i = 0; argc == 0 && i < n_profiles; i++)
    cJSON_AddItemToArray(list, profile_json(&profiles[i]));
  char *text = cJSON_Print(list);
  g_string_append(out, text);
  g_string_append_c(out, '\n');
  free(text);
  cJSON_Delete(list);
}

static int show(int argc, char **argv, gboolean json) {
  const TcpProfile *chosen[2] = {NULL, NULL};
  if (argc > 3)
    return cli_complain("profiles", TRUE, "takes at most two names");
  for (int i = 1; i < argc; i++)
    if (!(chosen[i - 1] = find(argv[i])))
      return EXIT_CANNOT;
  GString *out = g_string_new(NULL);
  if (json)
    write_json(argc - 1, chosen, out);
  else if (argc == 1)
    list_profiles(out);
  else if (argc == 2)
    show_profile(chosen[0], out);
  else
    show_difference(chosen[0], chosen[1], out);
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(EXIT_HOLDS);
}

int command_profiles(int argc, char **argv) {
  gboolean json = FALSE;
  const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL},
                                  {NULL, 0, 0, 0, NULL, NULL, NULL}};
  if (!cli_parse(&argc, &argv, "[NAME [NAME]]",
                 "Shows the stacks that a host can have, and where each value comes from.",
                 "Without a name: the list. With one: its parameters. With two: where they differ.\n\n"
                 "Example: teardown profiles linux freebsd",
                 entries, NULL, NULL))
    return EXIT_CANNOT;
  return show(argc, argv, json);
}
