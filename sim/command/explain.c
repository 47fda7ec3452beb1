/* teardown explain: what happened in a run, step by step, and why, with the sections of the RFCs. */
#include "output/text/explain.h"

#include "command/cli.h"
#include "command/command.h"
#include "command/subject.h"

#include <string.h>

typedef struct Options {
  char *host, *conn, *from, *until, *format;
  gboolean brief, json;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

static gboolean parse_instant(const char *option, const char *text, SimTime *ret_at) {
  g_autoptr(GError) error = NULL;
  if (!text || simtime_parse(text, ret_at, &error))
    return TRUE;
  cli_complain("explain", TRUE, "--%s: %s", option, error->message);
  return FALSE;
}

static gboolean has_host(const Trace *trace, const char *name) {
  for (guint i = 0; i < trace->header->hosts->len; i++)
    if (strcmp(((const TraceHost *)g_ptr_array_index(trace->header->hosts, i))->name, name) == 0)
      return TRUE;
  return names_find(trace->names, name) != 0;
}

static gboolean has_conn(const Trace *trace, const char *name) {
  Name wanted = names_find(trace->names, name);
  for (size_t i = 0; wanted && i < trace->count; i++)
    if (trace->records[i].kind == TRACE_CONN && trace->records[i].connection.conn == wanted)
      return TRUE;
  return FALSE;
}

static int write_it(const Trace *trace, const ExplainChoice *choice, const Options *options) {
  GString *out = g_string_new(NULL);
  TextStyle style = cli_style(&options->style, stdout);
  if (options->json)
    explain_write_json(trace, choice, out);
  else if (options->format && strcmp(options->format, "markdown") == 0)
    explain_write_markdown(trace, choice, out);
  else
    explain_write_text(trace, choice, &style, out);
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(EXIT_HOLDS);
}

static int explain(int argc, char **argv, const Options *options) {
  ExplainChoice choice = {.host = options->host, .conn = options->conn, .until = SIM_NEVER, .brief = options->brief};
  if (argc != 2)
    return cli_complain("explain", TRUE, "which run? Give one scenario, or the trace of one (FILE.jsonl)");
  if (options->format && strcmp(options->format, "text") != 0 && strcmp(options->format, "markdown") != 0)
    return cli_complain("explain", TRUE, "--format: expected text or markdown, not \"%s\"", options->format);
  if (options->format && options->json)
    return cli_complain("explain", TRUE, "--json is a format of its own: leave out --format");
  if (!parse_instant("from", options->from, &choice.from) || !parse_instant("until", options->until, &choice.until))
    return EXIT_CANNOT;
  g_autoptr(Subject) subject = subject_load("explain", argv[1], &options->run);
  if (!subject)
    return EXIT_CANNOT;
  if (choice.host && !has_host(subject->trace, choice.host))
    return cli_complain("explain", FALSE, "--host: the run has no host \"%s\"", choice.host);
  if (choice.conn && !has_conn(subject->trace, choice.conn))
    return cli_complain("explain", FALSE, "--conn: the run has no connection \"%s\"", choice.conn);
  return write_it(subject->trace, &choice, options);
}

int command_explain(int argc, char **argv) {
  Options o = {0};
  const GOptionEntry entries[] = {
      {"host", 0, 0, G_OPTION_ARG_STRING, &o.host, "Only what happens at this host", "HOST"},
      {"conn", 0, 0, G_OPTION_ARG_STRING, &o.conn, "Only what happens to this connection", "NAME"},
      {"from", 0, 0, G_OPTION_ARG_STRING, &o.from, "Only from this time on (300ms)", "TIME"},
      {"until", 0, 0, G_OPTION_ARG_STRING, &o.until, "Only up to this time", "TIME"},
      {"brief", 'b', 0, G_OPTION_ARG_NONE, &o.brief, "Only what needs a reason, and the reason", NULL},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &o.format, "text (default) or markdown", "FORMAT"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print JSON", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "FILE",
                "Walks through a run: what came, which check of RFC 9293 it met, what changed, and why.",
                "FILE is a scenario, which is run, or a stored trace (FILE.jsonl, or - for standard input).\n\n"
                "Example: teardown explain --brief scenarios/loss/first-fin-lost.json",
                entries, &o.run, &o.style))
    status = explain(argc, argv, &o);
  char **texts[] = {&o.host, &o.conn, &o.from, &o.until, &o.format};
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(*texts[i]);
  cli_run_options_clear(&o.run);
  cli_style_options_clear(&o.style);
  return status;
}
