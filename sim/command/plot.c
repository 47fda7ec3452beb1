/* teardown plot: a run as a picture. */
#include "output/picture/plot.h"
#include "command/cli.h"
#include "command/command.h"
#include "command/subject.h"
#include "command/sweep_pictures.h"
#include "output/picture/gnuplot.h"
#include "trace/nearest.h"

#include <math.h>
#include <string.h>

typedef struct Kind {
  const char *name;
  unsigned records; /* 1 << kind of each that it reads; 0: all */
  Drawing *(*draw)(const Trace *trace, const PlotOptions *options, GError **error);
} Kind;

#define READ(kind) (1u << TRACE_##kind)
static const Kind KINDS[] = {
    {"sequence", 0, sequence_draw},
    {"states", 0, states_draw},
    {"fsm", 0, fsm_draw},
    {"counts", READ(CONN) | READ(STATE) | READ(END), counts_draw},
    {"cdf", READ(CONN) | READ(STATE) | READ(APP) | READ(END), cdf_draw},
    {"thumbnail", 0, thumbnail_draw},
};
/* Of the result of a sweep. */
static const char *const SWEEP_KINDS[] = {"curve", "heat", "cdf", NULL};

typedef struct Options {
  char *output, *kind, *theme, *from, *until, *hosts, *seq, *scale;
  char **conns;
  CliRunOptions run;
  /* what they mean */
  char *sweep; /* the file of a sweep's result; NULL: a run is drawn */
  const Kind *drawn_as;
  SweepPictureKind sweep_kind;
  SweepPictureOptions choice;
  const Theme *look;
  PictureFormat format;
  double factor;
  PlotOptions plot;
} Options;

/* Complains about a word that is none of those known, with the nearest of them. */
static gboolean refuse_word(const char *option, const char *word, const char *const *known) {
  Nearest nearest = {.wanted = word};
  g_autofree char *list = g_strjoinv(", ", (char **)(gpointer)known);
  for (; *known; known++)
    nearest_offer(&nearest, *known);
  if (nearest.word)
    cli_complain("plot", TRUE, "%s: expected one of %s, not \"%s\"; did you mean \"%s\"?", option, list, word,
                 nearest.word);
  else
    cli_complain("plot", TRUE, "%s: expected one of %s, not \"%s\"", option, list, word);
  return FALSE;
}

static gboolean find_sweep_kind(Options *options) {
  const char *wanted = options->kind ? options->kind : SWEEP_KINDS[0];
  return sweep_picture_kind(wanted, &options->sweep_kind) ||
         refuse_word("--kind, of a sweep's result", wanted, SWEEP_KINDS);
}

static gboolean find_kind(Options *options) {
  const char *wanted = options->kind ? options->kind : KINDS[0].name;
  const char *names[G_N_ELEMENTS(KINDS) + 1] = {NULL};
  for (unsigned i = 0; i < G_N_ELEMENTS(KINDS); i++) {
    names[i] = KINDS[i].name;
    if (strcmp(wanted, names[i]) == 0)
      options->drawn_as = &KINDS[i];
  }
  return options->drawn_as || refuse_word("--kind", wanted, names);
}

static gboolean find_theme(Options *options) {
  const char *wanted = options->theme ? options->theme : theme_names()[0];
  options->look = theme_find(wanted);
  return options->look || refuse_word("--theme", wanted, theme_names());
}

static gboolean find_format(Options *options) {
  if (!options->output) {
    cli_complain("plot", TRUE, "where to? Give -o FILE, ending in .svg, .png, .pdf or .gp");
    return FALSE;
  }
  if (picture_format_of(options->output, &options->format))
    return TRUE;
  const char *names[PICTURE_FORMAT_COUNT + 1] = {NULL};
  for (unsigned i = 0; i < PICTURE_FORMAT_COUNT; i++)
    names[i] = picture_format_extension((PictureFormat)i);
  g_autofree char *base = g_path_get_basename(options->output);
  const char *dot = strrchr(base, '.');
  if (dot && dot[1])
    return refuse_word("-o, by the end of the file's name", dot + 1, names);
  cli_complain("plot", TRUE, "-o: which format? The name must end in .svg, .png, .pdf or .gp, unlike \"%s\"",
               options->output);
  return FALSE;
}

static gboolean read_time(const char *option, const char *text, SimTime *ret_time) {
  g_autoptr(GError) error = NULL;
  *ret_time = SIM_NEVER;
  if (!text || simtime_parse(text, ret_time, &error))
    return TRUE;
  cli_complain("plot", TRUE, "%s: %s", option, error->message);
  return FALSE;
}

static gboolean read_seq(Options *options) {
  static const char *const words[] = {"relative", "raw", NULL};
  if (options->seq && !g_strv_contains(words, options->seq))
    return refuse_word("--seq", options->seq, words);
  options->plot.raw_seq = options->seq && strcmp(options->seq, "raw") == 0;
  return TRUE;
}

static gboolean read_scale(Options *options) {
  options->factor = PICTURE_SCALE_DEFAULT;
  if (!options->scale)
    return TRUE;
  char *end;
  options->factor = g_ascii_strtod(options->scale, &end);
  if (end != options->scale && !*end && isfinite(options->factor) && options->factor >= 0.25 &&
      options->factor <= PICTURE_SCALE_MAX)
    return TRUE;
  cli_complain("plot", TRUE, "--scale: expected a number from 0.25 to %g, not \"%s\"", PICTURE_SCALE_MAX,
               options->scale);
  return FALSE;
}

static gboolean read_options(Options *options) {
  if (!find_format(options) || !(options->sweep ? find_sweep_kind(options) : find_kind(options)) ||
      !find_theme(options) || !read_seq(options) || !read_scale(options) ||
      !read_time("--from", options->from, &options->plot.from) ||
      !read_time("--until", options->until, &options->plot.until))
    return FALSE;
  if (options->plot.from != SIM_NEVER && options->plot.from > options->plot.until) {
    cli_complain("plot", TRUE, "--from %s is later than --until %s", options->from, options->until);
    return FALSE;
  }
  if (options->hosts)
    options->plot.hosts = g_strsplit(options->hosts, ",", -1);
  options->plot.conns = options->conns;
  return TRUE;
}

static int plot_sweep(const Options *options) {
  g_autoptr(GError) error = NULL;
  g_autoptr(SweepTable) table = sweep_table_load(options->sweep, &error);
  g_autoptr(Drawing) drawing = table ? sweep_picture_draw(table, options->sweep_kind, &options->choice, &error) : NULL;
  if (!drawing || !gnuplot_write(drawing, options->look, options->format, options->factor, options->output, &error))
    return cli_complain("plot", FALSE, "%s", error->message);
  return EXIT_HOLDS;
}

/* Options of a run mean nothing for a sweep, and the other way round. */
static gboolean check_subject(const Options *options) {
  const SweepPictureOptions *choice = &options->choice;
  gboolean of_run = options->from || options->until || options->hosts || options->conns || options->seq ||
                    cli_run_is_changed(&options->run);
  if (options->sweep && of_run)
    cli_complain("plot", TRUE, "a sweep's result takes --of, --x, --by and --where, and no options of a run");
  else if (!options->sweep && (choice->of || choice->x || choice->by || choice->where))
    cli_complain("plot", TRUE, "--of, --x, --by and --where are for the result of a sweep");
  else
    return TRUE;
  return FALSE;
}

static int plot_one(const char *path, const Options *options) {
  g_autoptr(Subject) subject = subject_load_part("plot", path, &options->run, options->drawn_as->records);
  if (!subject)
    return EXIT_CANNOT;
  g_autoptr(GError) error = NULL;
  g_autoptr(Drawing) drawing = options->drawn_as->draw(subject->trace, &options->plot, &error);
  if (!drawing)
    return cli_complain("plot", FALSE, "%s: %s", subject->name, error->message);
  if (!gnuplot_write(drawing, options->look, options->format, options->factor, options->output, &error))
    return cli_complain("plot", FALSE, "%s", error->message);
  return EXIT_HOLDS;
}

static void options_clear(Options *options) {
  g_free(options->output);
  g_free(options->kind);
  g_free(options->theme);
  g_free(options->from);
  g_free(options->until);
  g_free(options->hosts);
  g_free(options->seq);
  g_free(options->scale);
  g_free(options->sweep);
  g_free(options->choice.x);
  g_free(options->choice.by);
  g_strfreev(options->choice.of);
  g_strfreev(options->choice.where);
  g_strfreev(options->conns);
  g_strfreev(options->plot.hosts);
  cli_run_options_clear(&options->run);
}

int command_plot(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
       "Where to; the end of the name says the format: .svg, .png, .pdf, or .gp for gnuplot's script", "FILE"},
      {"kind", 'k', 0, G_OPTION_ARG_STRING, &options.kind,
       "sequence (default), states, fsm, counts, cdf or thumbnail; of a sweep curve (default), heat or cdf", "KIND"},
      {"theme", 0, 0, G_OPTION_ARG_STRING, &options.theme, "light (default), dark or print", "NAME"},
      {"from", 0, 0, G_OPTION_ARG_STRING, &options.from, "Leave out what happens before", "TIME"},
      {"until", 0, 0, G_OPTION_ARG_STRING, &options.until, "Leave out what happens after", "TIME"},
      {"hosts", 0, 0, G_OPTION_ARG_STRING, &options.hosts, "Only these hosts", "A,B"},
      {"conn", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.conns, "Only this connection; may be given several times",
       "NAME"},
      {"seq", 0, 0, G_OPTION_ARG_STRING, &options.seq, "Sequence numbers: relative (default) or raw", "HOW"},
      {"of", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.choice.of,
       "Of a sweep: ends, durations, or a number such as server.gave-up; may be given several times", "WHAT"},
      {"x", 0, 0, G_OPTION_ARG_STRING, &options.choice.x, "Of a sweep: the parameter to the right", "NAME"},
      {"by", 0, 0, G_OPTION_ARG_STRING, &options.choice.by,
       "Of a sweep: the parameter with a curve for each value, or upwards", "NAME"},
      {"where", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.choice.where,
       "Of a sweep: the value of another parameter; may be given several times", "NAME=VALUE"},
      {"scale", 0, 0, G_OPTION_ARG_STRING, &options.scale, "Pixels of a PNG to one of the drawing (default: 2)", "N"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "SCENARIO.json|TRACE.jsonl|-|SWEEP-DIR",
                "Draws a run, the stored trace of one, or the result of a sweep, as a picture.",
                "sequence  what hosts send each other, time running down\n"
                "states    the states of each end on a scale of time\n"
                "fsm       the diagram of RFC 9293 with the path of each host\n"
                "counts    how many ends are in each state over time\n"
                "cdf       how long closing takes, as a distribution\n"
                "thumbnail the sequence in small, for lists\n"
                "curve     of a sweep: how it ends over a parameter, with intervals\n"
                "heat      of a sweep: the same over two\n\n"
                "Example: teardown plot scenarios/loss/first-fin-lost.json -o close.svg",
                entries, &options.run, NULL)) {
    if (argc != 2)
      status = cli_complain("plot", TRUE, "%s", argc < 2 ? "which scenario or trace?" : "one file at a time");
    else {
      options.sweep = sweep_table_file(argv[1]);
      if (check_subject(&options) && read_options(&options))
        status = options.sweep ? plot_sweep(&options) : plot_one(argv[1], &options);
    }
  }
  options_clear(&options);
  return status;
}
