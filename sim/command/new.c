/* teardown new: a scenario to begin with, commented, that runs as it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/cli.h"
#include "command/command.h"
#include "command/library.h"

static const char TEMPLATE[] =
    "// A scenario for teardown. It runs as it is:\n"
    "//   teardown run THIS-FILE              ladder and timeline\n"
    "//   teardown validate THIS-FILE         every mistake at once\n"
    "//   teardown check THIS-FILE            does it do what `expect` says?\n"
    "// Take out what you do not need. docs/scenario-format.md explains every key.\n"
    "{\n"
    "  \"version\": 1,\n"
    "  \"title\": \"%s\",\n"
    "  // What there is to learn, in a sentence.\n"
    "  \"lesson\": \"A FIN takes a sequence number, so it is retransmitted like data.\",\n"
    "  // What to look at when it is run.\n"
    "  \"look_at\": [\"The second FIN has the same sequence number as the first.\"],\n"
    "\n"
    "  // Stacks: rfc9293, linux, freebsd, windows, lwip, smoltcp (teardown profiles). `tcp` changes parameters.\n"
    "  \"hosts\": {\n"
    "    \"client\": {\"profile\": \"linux\"},\n"
    "    \"server\": {\"profile\": \"rfc9293\", \"tcp\": {\"msl\": \"30s\"}}\n"
    "  },\n"
    "\n"
    "  // The words are tc-netem's: delay, jitter, loss, reorder, duplicate, corrupt, rate, limit.\n"
    "  \"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],\n"
    "\n"
    "  // Open from the start; without `state` it is opened by a handshake.\n"
    "  \"connections\": [\n"
    "    {\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\", \"state\": \"ESTABLISHED\"}\n"
    "  ],\n"
    "\n"
    "  // Who does what: `at` a time, or `on` an event (established, data, eof, reset, ...), perhaps `after` a while.\n"
    "  \"apps\": [\n"
    "    {\"host\": \"client\", \"conn\": \"web\", \"do\": [\n"
    "      {\"at\": \"0s\", \"call\": \"send\", \"octets\": 1000},\n"
    "      {\"at\": \"100ms\", \"call\": \"close\"}\n"
    "    ]},\n"
    "    {\"host\": \"server\", \"conn\": \"web\", \"do\": [{\"on\": \"eof\", \"after\": \"200ms\", \"call\": "
    "\"close\"}]}\n"
    "  ],\n"
    "\n"
    "  // What goes wrong: drop, delay, duplicate, reorder, corrupt, inject.\n"
    "  \"faults\": [\n"
    "    {\"match\": {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": 1}, \"action\": \"drop\"}\n"
    "  ],\n"
    "\n"
    "  // What must come out: teardown check says whether it does.\n"
    "  \"expect\": [\n"
    "    {\"host\": \"client\", \"path\": [\"ESTABLISHED\", \"FIN-WAIT-1\", \"FIN-WAIT-2\", \"TIME-WAIT\", "
    "\"CLOSED\"]},\n"
    "    {\"segments\": {\"from\": \"client\", \"flags\": \"FIN\"}, \"count\": 2}\n"
    "  ]\n"
    "}\n";

/* The title that a name suggests: "my-first_close" says "my first close". Only letters that JSON takes as they are. */
static char *title_of(const char *name) {
  g_autofree char *base = g_path_get_basename(name);
  GString *title = g_string_new(NULL);
  for (const char *c = base; *c && strcmp(c, ".json") != 0; c++)
    if (g_ascii_isalnum(*c))
      g_string_append_c(title, *c);
    else if (title->len && title->str[title->len - 1] != ' ')
      g_string_append_c(title, ' ');
  return g_string_free(title, FALSE);
}

/* The text of a new scenario: the template, or that of the shipped one. NULL after a complaint. */
static char *text_of(const char *name, const char *from) {
  if (!from) {
    g_autofree char *title = title_of(name);
    return g_strdup_printf(TEMPLATE, title);
  }
  g_autofree char *path = library_find("new", from);
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  if (path && !g_file_get_contents(path, &text, NULL, &error))
    cli_complain("new", FALSE, "%s", error->message);
  return text;
}

static int start(const char *name, const char *from) {
  g_autofree char *path = g_str_has_suffix(name, ".json") ? g_strdup(name) : g_strconcat(name, ".json", NULL);
  g_autofree char *text = text_of(name, from);
  if (!text)
    return EXIT_CANNOT;
  FILE *file = fopen(path, "wx"); /* never over a file that is there */
  if (!file)
    return errno == EEXIST ? cli_complain("new", FALSE, "%s is there already", path)
                           : cli_complain("new", FALSE, "cannot write %s: %s", path, g_strerror(errno));
  gboolean ok = fputs(text, file) >= 0;
  ok &= fclose(file) == 0;
  if (!ok) {
    int reason = errno;
    remove(path);
    return cli_complain("new", FALSE, "cannot write %s: %s", path, g_strerror(reason));
  }
  g_autofree char *clean = cli_clean(path);
  printf("%s is written. Try: teardown run %s\n", clean, clean);
  return cli_flush(EXIT_HOLDS);
}

int command_new(int argc, char **argv) {
  char *from = NULL;
  const GOptionEntry entries[] = {
      {"from", 0, 0, G_OPTION_ARG_STRING, &from, "Start from this one of the scenarios that come with it", "SCENARIO"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "NAME", "Writes NAME.json: a scenario with comments that runs as it is.",
                "Nothing that is there is written over.\n\n"
                "Example: teardown new my-close; teardown run my-close.json",
                entries, NULL, NULL)) {
    if (argc == 2)
      status = start(argv[1], from);
    else
      cli_complain("new", TRUE, argc < 2 ? "what shall it be called?" : "one name at a time");
  }
  g_free(from);
  return status;
}
