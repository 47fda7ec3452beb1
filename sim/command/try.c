/* teardown try: a scenario from options, without a file: two hosts, a link, one connection. The options become the JSON
 * of a scenario, so that whatever they say is checked like a file, and can be saved as one. */
#include "command/cli.h"
#include "command/command.h"
#include "command/show.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

typedef struct Options {
  char *client, *server, *delay, *loss, *rate, *client_close, *server_close, *save, *format;
  char **drop, **late, **twice, **send, **tcp;
  gboolean handshake;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

/* --- JSON from options -------------------------------------------------------------------------------------------- */

static cJSON *host_json(const Options *options, const char *name, const char *profile) {
  cJSON *host = cJSON_CreateObject();
  cJSON_AddStringToObject(host, "profile", profile ? profile : "rfc9293");
  cJSON *tcp = NULL;
  for (char **p = options->tcp; p && *p; p++) { /* HOST:NAME=VALUE */
    size_t length = strlen(name);
    char *equals = strchr(*p, '=');
    if (strncmp(*p, name, length) != 0 || (*p)[length] != ':' || !equals)
      continue;
    if (!tcp)
      tcp = cJSON_AddObjectToObject(host, "tcp");
    g_autofree char *key = g_strndup(*p + length + 1, (gsize)(equals - (*p + length + 1)));
    cJSON *value = cJSON_ParseWithOpts(equals + 1, NULL, TRUE);
    cJSON_AddItemToObject(tcp, key, value ? value : cJSON_CreateString(equals + 1));
  }
  return host;
}

/* "0s", "eof", "eof+200ms", "established+1s", "never": when an application closes. */
static cJSON *close_json(const char *when) {
  cJSON *item = cJSON_CreateObject();
  if (g_ascii_isdigit(*when) || *when == '.') {
    cJSON_AddStringToObject(item, "at", when);
  } else {
    g_auto(GStrv) parts = g_strsplit(when, "+", 2);
    cJSON_AddStringToObject(item, "on", parts[0] ? parts[0] : "");
    if (parts[0] && parts[1])
      cJSON_AddStringToObject(item, "after", parts[1]);
  }
  cJSON_AddStringToObject(item, "call", "close");
  return item;
}

/* HOST:OCTETS[@TIME] for this host. */
static void add_sends(const Options *options, const char *host, cJSON *items) {
  for (char **p = options->send; p && *p; p++) {
    g_auto(GStrv) parts = g_strsplit_set(*p, ":@", 3);
    if (!parts[0] || !parts[1] || strcmp(parts[0], host) != 0)
      continue;
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "at", parts[2] ? parts[2] : "0s");
    cJSON_AddStringToObject(item, "call", "send");
    cJSON *octets = cJSON_ParseWithOpts(parts[1], NULL, TRUE);
    cJSON_AddItemToObject(item, "octets", octets ? octets : cJSON_CreateString(parts[1]));
    cJSON_AddItemToArray(items, item);
  }
}

static cJSON *app_json(const Options *options, const char *host, const char *when) {
  cJSON *app = cJSON_CreateObject();
  cJSON_AddStringToObject(app, "host", host);
  cJSON_AddStringToObject(app, "conn", "conn");
  cJSON *items = cJSON_AddArrayToObject(app, "do");
  add_sends(options, host, items);
  cJSON_AddItemToArray(items, close_json(when));
  return app;
}

/* HOST:FLAGS[:NTH[:DELAY]] as a fault; FALSE if it does not have that form. */
static gboolean add_fault(cJSON *faults, const char *text, const char *action, gboolean needs_delay) {
  g_auto(GStrv) parts = g_strsplit(text, ":", 4);
  guint n = g_strv_length(parts);
  if (n < 2 || (needs_delay && n < 4))
    return FALSE;
  cJSON *fault = cJSON_CreateObject();
  cJSON *match = cJSON_AddObjectToObject(fault, "match");
  cJSON_AddStringToObject(match, "from", parts[0]);
  if (*parts[1])
    cJSON_AddStringToObject(match, "flags", parts[1]);
  if (n > 2 && *parts[2]) {
    cJSON *nth = cJSON_ParseWithOpts(parts[2], NULL, TRUE);
    cJSON_AddItemToObject(match, "nth", nth ? nth : cJSON_CreateString(parts[2]));
  }
  cJSON_AddStringToObject(fault, "action", action);
  if (n > 3)
    cJSON_AddStringToObject(fault, "delay", parts[3]);
  cJSON_AddItemToArray(faults, fault);
  return TRUE;
}

static gboolean add_faults(cJSON *faults, char **list, const char *option, const char *action, gboolean needs_delay) {
  for (; list && *list; list++)
    if (!add_fault(faults, *list, action, needs_delay)) {
      cli_complain("try", TRUE, "--%s: expected HOST:FLAGS%s, such as client:FIN:1%s, not \"%s\"", option,
                   needs_delay ? ":NTH:TIME" : "[:NTH]", needs_delay ? ":60ms" : "", *list);
      return FALSE;
    }
  return TRUE;
}

static cJSON *link_json(const Options *options) {
  cJSON *link = cJSON_CreateObject();
  cJSON *between = cJSON_AddArrayToObject(link, "between");
  cJSON_AddItemToArray(between, cJSON_CreateString("client"));
  cJSON_AddItemToArray(between, cJSON_CreateString("server"));
  cJSON_AddStringToObject(link, "delay", options->delay ? options->delay : "50ms");
  if (options->loss) {
    cJSON *loss = cJSON_ParseWithOpts(options->loss, NULL, TRUE);
    cJSON_AddItemToObject(link, "loss", loss ? loss : cJSON_CreateString(options->loss));
  }
  if (options->rate)
    cJSON_AddStringToObject(link, "rate", options->rate);
  return link;
}

/* TRUE if each of `list` begins with one of the hosts and a colon, and has `mark` behind it (NUL: anything). */
static gboolean names_a_host(char **list, const char *option, char mark, const char *form) {
  for (; list && *list; list++) {
    const char *colon = strchr(*list, ':');
    gboolean host = colon && (g_str_has_prefix(*list, "client:") || g_str_has_prefix(*list, "server:"));
    if (host && colon[1] && (!mark || strchr(colon, mark)))
      continue;
    cli_complain("try", TRUE, "--%s: expected %s with client or server as HOST, not \"%s\"", option, form, *list);
    return FALSE;
  }
  return TRUE;
}

/* The whole scenario, to be deleted by the caller; NULL after a complaint. */
static cJSON *scenario_json(const Options *options) {
  if (!names_a_host(options->tcp, "tcp", '=', "HOST:NAME=VALUE") ||
      !names_a_host(options->send, "send", 0, "HOST:OCTETS[@TIME]"))
    return NULL;
  cJSON *root = cJSON_CreateObject();
  cJSON_AddNumberToObject(root, "version", 1);
  cJSON_AddStringToObject(root, "title", "A close of your own");
  cJSON *hosts = cJSON_AddObjectToObject(root, "hosts");
  cJSON_AddItemToObject(hosts, "client", host_json(options, "client", options->client));
  cJSON_AddItemToObject(hosts, "server", host_json(options, "server", options->server));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "links"), link_json(options));
  cJSON *conn = cJSON_CreateObject();
  cJSON_AddStringToObject(conn, "name", "conn");
  cJSON_AddStringToObject(conn, "from", "client:49152");
  cJSON_AddStringToObject(conn, "to", "server:80");
  if (!options->handshake)
    cJSON_AddStringToObject(conn, "state", "ESTABLISHED");
  cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "connections"), conn);
  const char *client_close = options->client_close ? options->client_close : options->handshake ? "established" : "0s";
  cJSON *apps = cJSON_AddArrayToObject(root, "apps");
  cJSON_AddItemToArray(apps, app_json(options, "client", client_close));
  cJSON_AddItemToArray(apps, app_json(options, "server", options->server_close ? options->server_close : "eof+200ms"));
  cJSON *faults = cJSON_AddArrayToObject(root, "faults");
  if (add_faults(faults, options->drop, "drop", "drop", FALSE) &&
      add_faults(faults, options->late, "late", "delay", TRUE) &&
      add_faults(faults, options->twice, "twice", "duplicate", FALSE))
    return root;
  cJSON_Delete(root);
  return NULL;
}

/* --- run ---------------------------------------------------------------------------------------------------------- */

static int run_text(const char *text, const Options *options) {
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, strlen(text), "try.json", &options->run.overrides, &errors);
  if (!scenario) {
    cli_print_errors(errors);
    g_ptr_array_unref(errors);
    fprintf(stderr, "(lines are those of the scenario that the options make; --save FILE writes it)\n");
    return EXIT_CANNOT;
  }
  RunEnd end;
  g_autoptr(Trace) trace = run_to_trace(scenario, &options->run.options, &end);
  TextStyle style = cli_style(&options->style, stdout);
  GString *out = g_string_new(NULL);
  g_autofree char *error = NULL;
  int status = EXIT_HOLDS;
  if (!show_trace(trace, options->format, &style, out, &error))
    status = cli_complain("try", TRUE, "%s", error);
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  if (run_end_problem(end))
    status = cli_complain("try", FALSE, "%s", run_end_problem(end));
  return cli_flush(status);
}

static int try_it(const Options *options) {
  cJSON *root = scenario_json(options);
  if (!root)
    return EXIT_CANNOT;
  char *printed = cJSON_Print(root);
  cJSON_Delete(root);
  g_autofree char *text = g_strconcat(printed, "\n", NULL);
  free(printed);
  if (options->save) {
    g_autofree char *folder = g_path_get_dirname(options->save), *name = g_path_get_basename(options->save);
    if (!cli_write_file(folder, name, text, strlen(text)))
      return EXIT_CANNOT;
  }
  return run_text(text, options);
}

static void options_clear(Options *options) {
  char **texts[] = {&options->client, &options->server,       &options->delay,        &options->loss,  &options->rate,
                    &options->save,   &options->client_close, &options->server_close, &options->format};
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(*texts[i]);
  g_strfreev(options->drop);
  g_strfreev(options->late);
  g_strfreev(options->twice);
  g_strfreev(options->send);
  g_strfreev(options->tcp);
  cli_run_options_clear(&options->run);
  cli_style_options_clear(&options->style);
}

int command_try(int argc, char **argv) {
  Options o = {0};
  const GOptionEntry entries[] = {
      {"client", 0, 0, G_OPTION_ARG_STRING, &o.client, "TCP of the client (default rfc9293)", "PROFILE"},
      {"server", 0, 0, G_OPTION_ARG_STRING, &o.server, "TCP of the server (default rfc9293)", "PROFILE"},
      {"tcp", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.tcp, "A TCP parameter (server:msl=30s)", "HOST:NAME=VALUE"},
      {"delay", 0, 0, G_OPTION_ARG_STRING, &o.delay, "One-way delay of the link (default 50ms)", "TIME"},
      {"loss", 0, 0, G_OPTION_ARG_STRING, &o.loss, "Random loss, each way (10%)", "PERCENT"},
      {"rate", 0, 0, G_OPTION_ARG_STRING, &o.rate, "Rate of the link (10mbit)", "RATE"},
      {"handshake", 0, 0, G_OPTION_ARG_NONE, &o.handshake, "Open the connection first (default: it is open)", NULL},
      {"client-close", 0, 0, G_OPTION_ARG_STRING, &o.client_close,
       "When the client closes: a time, or EVENT[+TIME] (default 0s)", "WHEN"},
      {"server-close", 0, 0, G_OPTION_ARG_STRING, &o.server_close,
       "When the server closes: 0s, eof+200ms (default), never, ...", "WHEN"},
      {"send", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.send, "Data to send (client:100@0s)", "HOST:OCTETS[@TIME]"},
      {"drop", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.drop, "Lose segments (client:FIN:1, server:.:2..)",
       "HOST:FLAGS[:NTH]"},
      {"late", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.late, "Delay segments (client:P.:1:60ms)", "HOST:FLAGS:NTH:TIME"},
      {"twice", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.twice, "Duplicate segments (server:FIN:1:500ms)",
       "HOST:FLAGS[:NTH[:TIME]]"},
      {"save", 0, 0, G_OPTION_ARG_FILENAME, &o.save, "Write the scenario that the options make", "FILE"},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &o.format,
       "What to print: a list of ladder, timeline, summary, jsonl (default: ladder,timeline)", "LIST"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, NULL,
                "Simulates a close that you describe by options: two hosts, a link, one connection.",
                "The hosts are called client and server.\n\n"
                "Example: teardown try --client linux --delay 50ms --drop client:FIN:1 --save lost-fin.json",
                entries, &o.run, &o.style))
    status = argc > 1 ? cli_complain("try", TRUE, "takes no operand, but got \"%s\"", argv[1]) : try_it(&o);
  options_clear(&o);
  return status;
}
