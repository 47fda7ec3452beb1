/* teardown diff: two runs, where they part, and what that changed. Exit status as diff(1): 0 the same, 1 different, 2
 * trouble. */
#include "output/text/diff.h"

#include "command/cli.h"
#include "command/command.h"
#include "command/subject.h"
#include "command/variant.h"

#include <string.h>

typedef struct Options {
  char *b_seed, *b_run;
  char **b_profiles, **b_set, **b_without, **b_drop;
  gboolean b_no_faults, brief, json;
  CliRunOptions run;
  CliStyleOptions style;
} Options;

/* The options of B: A's, and its own. The lists borrow from both. */
typedef struct SideB {
  CliRunOptions run;
  GPtrArray *profiles, *set;
} SideB;

static void add_all(GPtrArray *array, char **list) {
  for (; list && *list; list++)
    g_ptr_array_add(array, *list);
}

static gboolean parse_number(const char *option, const char *text, uint64_t *ret_value) {
  guint64 value;
  if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &value, NULL)) {
    *ret_value = value;
    return TRUE;
  }
  cli_complain("diff", TRUE, "--%s: expected a whole number from 0 to 2^64-1, not \"%s\"", option, text);
  return FALSE;
}

static gboolean side_b_init(SideB *b, const Options *o) {
  b->profiles = g_ptr_array_new();
  b->set = g_ptr_array_new();
  add_all(b->profiles, o->run.profiles);
  add_all(b->profiles, o->b_profiles);
  add_all(b->set, o->run.set);
  add_all(b->set, o->b_set);
  b->run = o->run;
  b->run.overrides.profiles = b->profiles;
  b->run.overrides.set = b->set;
  b->run.seed = o->b_seed ? o->b_seed : o->run.seed;
  b->run.run = o->b_run ? o->b_run : o->run.run;
  b->run.profiles = o->b_profiles ? o->b_profiles : o->run.profiles;
  b->run.set = o->b_set ? o->b_set : o->run.set;
  if (o->b_seed) {
    if (!parse_number("b-seed", o->b_seed, &b->run.overrides.seed))
      return FALSE;
    b->run.overrides.has_seed = TRUE;
  }
  return !o->b_run || parse_number("b-run", o->b_run, &b->run.options.run);
}

static void side_b_clear(SideB *b) {
  g_ptr_array_unref(b->profiles);
  g_ptr_array_unref(b->set);
}

static gboolean changes_faults(const Options *o) {
  return o->b_without || o->b_drop || o->b_no_faults;
}

static gboolean b_has_options(const Options *o) {
  return o->b_seed || o->b_run || o->b_profiles || o->b_set || changes_faults(o);
}

/* Applies --b-without-fault, --b-no-faults, --b-drop. FALSE after a complaint. */
static gboolean change_faults(Scenario *scenario, const Options *o) {
  g_autofree char *message = NULL;
  if (o->b_no_faults)
    for (guint i = 0; i < scenario->faults->len; i++)
      variant_leave_out(scenario, i);
  for (char **text = o->b_without; text && *text; text++) {
    guint64 number;
    if (!g_ascii_string_to_unsigned(*text, 10, 1, scenario->faults->len, &number, NULL)) {
      cli_complain("diff", TRUE, "--b-without-fault: the scenario has %u fault%s, numbered from 1; there is no \"%s\"",
                   scenario->faults->len, scenario->faults->len == 1 ? "" : "s", *text);
      return FALSE;
    }
    variant_leave_out(scenario, (guint)number - 1);
  }
  for (char **text = o->b_drop; text && *text; text++)
    if (!variant_drop_text(scenario, *text, &message)) {
      cli_complain("diff", TRUE, "--b-drop: %s", message);
      return FALSE;
    }
  return TRUE;
}

static Subject *load_b(const char *path, const Options *o, const SideB *b) {
  if (!changes_faults(o))
    return subject_load("diff", path, &b->run);
  g_autoptr(Subject) subject = subject_load("diff", path, &b->run);
  if (!subject)
    return NULL;
  if (!subject->scenario) {
    cli_complain("diff", TRUE, "%s is a trace: the faults of a run that is over cannot be changed", path);
    return NULL;
  }
  if (!change_faults(subject->scenario, o))
    return NULL;
  RunEnd end;
  trace_free(subject->trace);
  subject->trace = run_to_trace(subject->scenario, &b->run.options, &end);
  if (run_end_problem(end)) {
    cli_complain("diff", FALSE, "%s: %s", subject->name, run_end_problem(end));
    return NULL;
  }
  return g_steal_pointer(&subject);
}

static void append_list(GString *out, const char *what, char **list) {
  for (; list && *list; list++)
    g_string_append_printf(out, ", %s%s", what, *list);
}

/* What a side is: its name, and the options that are its own. */
static char *label_of(const char *path, const Subject *subject, const Options *o, gboolean is_b) {
  GString *out = g_string_new(strcmp(path, "-") == 0 ? subject->name : path);
  if (is_b) {
    if (o->b_seed)
      g_string_append_printf(out, ", seed %s", o->b_seed);
    if (o->b_run)
      g_string_append_printf(out, ", run %s", o->b_run);
    append_list(out, "", o->b_profiles);
    append_list(out, "", o->b_set);
    append_list(out, "without fault ", o->b_without);
    append_list(out, "dropping ", o->b_drop);
    g_string_append(out, o->b_no_faults ? ", without faults" : "");
  }
  return g_string_free(out, FALSE);
}

static int write_it(const TraceDiff *diff, const char *const labels[2], const Options *o) {
  GString *out = g_string_new(NULL);
  TextStyle style = cli_style(&o->style, stdout);
  if (o->json)
    diff_write_json(diff, labels, out);
  else
    diff_write_text(diff, labels, o->brief, &style, out);
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(diff->same ? EXIT_HOLDS : EXIT_FAILED);
}

static int compare_two(const char *path_a, const char *path_b, const Options *o, const SideB *b) {
  g_autoptr(Subject) subject_a = subject_load("diff", path_a, &o->run);
  g_autoptr(Subject) subject_b = subject_a ? load_b(path_b, o, b) : NULL;
  if (!subject_b)
    return EXIT_CANNOT;
  g_autofree char *label_a = label_of(path_a, subject_a, o, FALSE), *label_b = label_of(path_b, subject_b, o, TRUE);
  const char *const labels[2] = {label_a, label_b};
  g_autoptr(TraceDiff) diff = trace_diff_new(subject_a->trace, subject_b->trace);
  return write_it(diff, labels, o);
}

static int diff(int argc, char **argv, const Options *o) {
  if (argc < 2 || argc > 3)
    return cli_complain("diff", TRUE, "which runs? Give two files, or one and what is different in B (--b-...)");
  if (argc == 2 && !b_has_options(o))
    return cli_complain("diff", TRUE, "what is different? Give a second file, or an option for B (--b-...)");
  const char *path_b = argc == 3 ? argv[2] : argv[1];
  if (strcmp(argv[1], "-") == 0 && strcmp(path_b, "-") == 0)
    return cli_complain("diff", TRUE, "standard input can be only one of the two");
  SideB b;
  int status = side_b_init(&b, o) ? compare_two(argv[1], path_b, o, &b) : EXIT_CANNOT;
  side_b_clear(&b);
  return status;
}

int command_diff(int argc, char **argv) {
  Options o = {0};
  const GOptionEntry entries[] = {
      {"b-seed", 0, 0, G_OPTION_ARG_STRING, &o.b_seed, "Seed of B", "N"},
      {"b-run", 0, 0, G_OPTION_ARG_STRING, &o.b_run, "Number of the replication of B", "N"},
      {"b-profile", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.b_profiles, "TCP of a host in B", "HOST=NAME"},
      {"b-set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.b_set, "Change any value of the scenario in B", "PATH=VALUE"},
      {"b-without-fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.b_without, "Leave out the fault of this number in B",
       "N"},
      {"b-no-faults", 0, 0, G_OPTION_ARG_NONE, &o.b_no_faults, "Leave out all faults in B", NULL},
      {"b-drop", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.b_drop, "Lose segments in B (client:FIN:1)", "HOST:FLAGS[:NTH]"},
      {"brief", 'b', 0, G_OPTION_ARG_NONE, &o.brief, "Only where they part, and how they end", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print JSON", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(
          &argc, &argv, "A [B]", "Shows where two runs part, and what is different after that.",
          "A and B are scenarios, which are run, or stored traces (FILE.jsonl). Without B it is A again, with the\n"
          "options for B; the options without b- are for both. Exit status: 0 the same, 1 different, 2 trouble.\n\n"
          "Example: teardown diff scenarios/loss/first-fin-lost.json --b-without-fault 1",
          entries, &o.run, &o.style))
    status = diff(argc, argv, &o);
  g_free(o.b_seed);
  g_free(o.b_run);
  char **lists[] = {o.b_profiles, o.b_set, o.b_without, o.b_drop};
  for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++)
    g_strfreev(lists[i]);
  cli_run_options_clear(&o.run);
  cli_style_options_clear(&o.style);
  return status;
}
