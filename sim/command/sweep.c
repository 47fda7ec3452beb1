/* teardown sweep: many runs of a scenario, its parameters varied; how often it ends how. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/cli.h"
#include "command/command.h"
#include "command/library.h"
#include "command/sweep_pictures.h"
#include "run/sweep_mpi.h"
#include "run/sweep_report.h"

typedef struct Options {
  char *directory, *shard, *pictures;
  int threads;
  gboolean resume, quiet, dry, list;
  gboolean draws;
  PictureFormat format;         /* if it draws */
  uint64_t shard_index, shards; /* index from 0; shards is 0 without --shard */
} Options;

/* All that one call works with. */
typedef struct Call {
  const Options *options;
  SweepPlan *plan;
  SweepStore *store; /* what was there before */
  SweepMpi *mpi;     /* NULL: alone */
  int64_t began_at;
  gboolean told; /* something stands on the line of the progress */
} Call;

/* --- progress ----------------------------------------------------------------------------------------------------- */

static void print_span(char *buffer, size_t size, double seconds) {
  if (seconds < 100)
    g_snprintf(buffer, (gulong)size, "%.0f s", seconds);
  else if (seconds < 6000)
    g_snprintf(buffer, (gulong)size, "%.0f min", seconds / 60);
  else
    g_snprintf(buffer, (gulong)size, "%.1f h", seconds / 3600);
}

static void show_progress(gpointer data, const SweepProgress *progress) {
  Call *call = data;
  double seconds = (double)(g_get_monotonic_time() - call->began_at) / G_USEC_PER_SEC;
  char passed[32], left[48] = "";
  print_span(passed, sizeof passed, seconds);
  if (progress->share > 0 && progress->share < 1) {
    g_strlcpy(left, ", about ", sizeof left);
    print_span(left + strlen(left), sizeof left - strlen(left), seconds * (1 - progress->share) / progress->share);
    g_strlcat(left, " left", sizeof left);
  }
  fprintf(stderr, "\r\033[K%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " cells, %.1f %%, %s%s", progress->finished,
          progress->cells, 100 * MIN(progress->share, 1), passed, left);
  fflush(stderr);
  call->told = TRUE;
}

/* --- the work ----------------------------------------------------------------------------------------------------- */

static int complain_error(GError *error) {
  int status = cli_complain("sweep", FALSE, "%s", error->message);
  g_error_free(error);
  return status;
}

static char *part_name(const Call *call) {
  const Options *options = call->options;
  GString *name = g_string_new("all");
  if (options->shards)
    g_string_printf(name, "%" G_GUINT64_FORMAT "of%" G_GUINT64_FORMAT, options->shard_index + 1, options->shards);
  if (call->mpi)
    g_string_append_printf(name, "-rank%u", sweep_mpi_rank(call->mpi));
  return g_string_free(name, FALSE);
}

static SweepPart *open_part(const Call *call, GError **error) {
  g_autoptr(GString) json = g_string_new(NULL), csv = g_string_new(NULL);
  g_autofree char *name = part_name(call);
  sweep_report_head(call->plan, json, csv);
  return sweep_part_new(call->options->directory, name, call->plan->digest, call->plan->cells, json->str, csv->str,
                        error);
}

/* Results that are there already are gone on with only if that was asked for. */
static int read_results(Call *call) {
  const Options *options = call->options;
  g_autofree char *name = NULL;
  if (options->shards)
    name = g_strdup_printf("%" G_GUINT64_FORMAT "of%" G_GUINT64_FORMAT, options->shard_index + 1, options->shards);
  g_autofree char *clean = cli_clean(options->directory);
  if (!options->resume && sweep_store_folder_has(options->directory, name))
    return cli_complain("sweep", FALSE, "%s holds results already: --resume goes on with them, or choose another -o",
                        clean);
  GError *error = NULL;
  call->store = sweep_store_new();
  if (!sweep_store_read(call->store, options->directory, call->plan->digest, &error))
    return complain_error(error);
  return EXIT_HOLDS;
}

static uint64_t cells_to_do(const Call *call, const SweepLoop *loop) {
  SweepLoop copy = *loop;
  uint64_t count = 0, cell;
  while (copy.source.next(&copy.source, &cell) == SWEEP_NEXT_CELL)
    count++;
  return call->mpi ? (count + sweep_mpi_size(call->mpi) - 1) / sweep_mpi_size(call->mpi) : count;
}

static unsigned thread_count(const Call *call) {
  if (call->options->threads)
    return (unsigned)call->options->threads;
  return call->mpi ? 1 : MAX(g_get_num_processors(), 1);
}

static SweepRunEnd do_cells(Call *call, SweepPart *part, GError **error) {
  const Options *options = call->options;
  SweepLoop loop;
  sweep_loop_init(&loop, options->shards ? options->shard_index : 0, options->shards ? options->shards : 1,
                  call->plan->cells, call->store);
  gboolean shows = !options->quiet && isatty(STDERR_FILENO) && (!call->mpi || sweep_mpi_rank(call->mpi) == 0);
  SweepRunOptions run = {.threads = thread_count(call),
                         .cells = cells_to_do(call, &loop),
                         .progress = shows ? show_progress : NULL,
                         .data = call};
  call->began_at = g_get_monotonic_time();
  SweepSource *source = call->mpi ? sweep_mpi_source(call->mpi, &loop) : &loop.source;
  SweepRunEnd end = sweep_run(call->plan, source, part, &run, error);
  if (call->told)
    fputc('\n', stderr);
  if (call->mpi && end == SWEEP_FINISHED)
    sweep_mpi_serve(call->mpi);
  return end;
}

/* The results of all parts; a shard leaves them to `teardown merge`. */
static int write_results(const Call *call, gboolean interrupted) {
  const Options *options = call->options;
  g_autofree char *clean = cli_clean(options->directory);
  g_autoptr(SweepStore) all = sweep_store_new();
  GError *error = NULL;
  if (!sweep_store_read(all, options->directory, call->plan->digest, &error) ||
      (!options->shards && sweep_store_cells(all) && !sweep_store_write(all, options->directory, &error)))
    return complain_error(error);
  if (interrupted)
    return cli_complain("sweep", FALSE,
                        "interrupted: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                        " cells are finished in %s; --resume goes on",
                        sweep_store_finished(all), call->plan->cells, clean);
  if (options->shards)
    printf("shard %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " is in %s; `teardown merge` puts the shards together\n",
           options->shard_index + 1, options->shards, clean);
  else
    printf("%" G_GUINT64_FORMAT " cells: sweep.json and sweep.csv are in %s\n", sweep_store_finished(all), clean);
  if (!options->shards && options->draws)
    sweep_pictures_write(options->directory, options->format);
  return cli_flush(EXIT_HOLDS);
}

static int work(Call *call) {
  GError *error = NULL;
  int status = read_results(call);
  if (call->mpi && !sweep_mpi_all(call->mpi, status == EXIT_HOLDS)) /* nobody makes a part before all have looked */
    return EXIT_CANNOT;
  if (status != EXIT_HOLDS)
    return status;
  SweepPart *part = open_part(call, &error);
  SweepRunEnd end = part ? do_cells(call, part, &error) : SWEEP_FAILED;
  sweep_part_free(part);
  if (end == SWEEP_FAILED)
    status = complain_error(error);
  if (call->mpi && end != SWEEP_FINISHED) {
    if (end == SWEEP_INTERRUPTED)
      cli_complain("sweep", FALSE, "rank %u was interrupted; --resume goes on with what is finished",
                   sweep_mpi_rank(call->mpi));
    sweep_mpi_abort(call->mpi, EXIT_CANNOT);
  }
  if (end == SWEEP_FAILED)
    return status;
  if (call->mpi && (!sweep_mpi_all(call->mpi, TRUE) || sweep_mpi_rank(call->mpi) != 0))
    return EXIT_HOLDS;
  return write_results(call, end == SWEEP_INTERRUPTED);
}

/* --- the command line --------------------------------------------------------------------------------------------- */

static char *find_shipped(const char *name) {
  return library_find("sweep", name);
}

/* "2/8": the second of eight. */
static gboolean parse_shard(Options *options) {
  if (!options->shard)
    return TRUE;
  g_auto(GStrv) parts = g_strsplit(options->shard, "/", 3);
  guint64 index, count;
  if (g_strv_length(parts) == 2 && g_ascii_string_to_unsigned(parts[0], 10, 1, SWEEP_MOST_CELLS, &index, NULL) &&
      g_ascii_string_to_unsigned(parts[1], 10, 1, SWEEP_MOST_CELLS, &count, NULL) && index <= count) {
    options->shard_index = index - 1;
    options->shards = count;
    return TRUE;
  }
  cli_complain("sweep", TRUE, "--shard: expected I/N with I from 1 to N, such as 2/8, not \"%s\"", options->shard);
  return FALSE;
}

static gboolean check_options(int argc, Options *options) {
  if (options->list && argc == 1)
    return TRUE;
  if (argc != 2 || options->list) {
    cli_complain("sweep", TRUE,
                 options->list ? "--list takes no operand"
                 : argc < 2    ? "which sweep? Give a JSON file, or a name of `teardown sweep --list`"
                               : "one sweep at a time");
    return FALSE;
  }
  if (!options->directory && !options->dry) {
    cli_complain("sweep", TRUE, "where shall the results go? Give -o DIR");
    return FALSE;
  }
  if (options->threads < 0 || options->threads > 1024) {
    cli_complain("sweep", TRUE, "--threads: expected a number from 1 to 1024, or 0 for one a processor, not %d",
                 options->threads);
    return FALSE;
  }
  if (sweep_mpi_is_running() && !sweep_mpi_is_built()) {
    cli_complain("sweep", FALSE,
                 "mpirun started this, but it was built without MPI (configure --with-mpi); --shard I/N needs none");
    return FALSE;
  }
  if (sweep_mpi_is_running() && options->shards) {
    cli_complain("sweep", TRUE, "--shard and mpirun both hand out the work: take one of them");
    return FALSE;
  }
  return TRUE;
}

static int sweep_file(const char *path, const Options *options) {
  Call call = {.options = options};
  GPtrArray *errors = NULL;
  GError *error = NULL;
  int status = EXIT_CANNOT;
  gboolean joins = sweep_mpi_is_running() && !options->dry;
  call.mpi = joins ? sweep_mpi_new(&error) : NULL;
  if (joins && !call.mpi)
    return complain_error(error);
  call.plan = sweep_plan_load(path, find_shipped, &errors);
  if (errors && (!call.mpi || sweep_mpi_rank(call.mpi) == 0))
    cli_print_errors(errors);
  g_clear_pointer(&errors, g_ptr_array_unref);
  gboolean good = call.plan != NULL;
  if (call.mpi)
    good = sweep_mpi_all(call.mpi, good) && good;
  if (good && options->dry) {
    printf("%" G_GUINT64_FORMAT " cells of %" G_GUINT64_FORMAT " replications\n", call.plan->cells,
           call.plan->replications);
    status = cli_flush(EXIT_HOLDS);
  } else if (good) {
    status = work(&call);
  }
  sweep_store_free(call.store);
  sweep_plan_free(call.plan);
  sweep_mpi_free(call.mpi);
  return status;
}

/* The sweeps that come with teardown, a line each. */
static int list_sweeps(void) {
  g_autoptr(GPtrArray) names = library_sweeps();
  int status = EXIT_HOLDS;
  for (guint i = 0; i < names->len; i++) {
    GPtrArray *errors = NULL;
    g_autofree char *path = library_find_sweep(names->pdata[i]);
    g_autoptr(SweepPlan) plan = sweep_plan_load(path, find_shipped, &errors);
    if (errors) {
      cli_print_errors(errors);
      g_ptr_array_unref(errors);
      status = EXIT_CANNOT;
      continue;
    }
    g_autofree char *title = cli_clean(plan->title);
    printf("%-20s %s\n", (const char *)names->pdata[i], title);
  }
  if (names->len == 0)
    status = cli_complain("sweep", FALSE, "the sweeps are not there: set TEARDOWN_SWEEPS to their folder");
  return cli_flush(status);
}

static int run_sweep(char **argv, const Options *options) {
  if (options->list)
    return list_sweeps();
  g_autofree char *path = library_find_sweep(argv[1]);
  return path ? sweep_file(path, options) : EXIT_CANNOT;
}

int command_sweep(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.directory, "Write sweep.json, sweep.csv and pictures into DIR",
       "DIR"},
      {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
       "So many threads (default: one a processor; one a rank under mpirun)", "N"},
      {"pictures", 0, 0, G_OPTION_ARG_STRING, &options.pictures,
       "Of the results, as svg (default), png, pdf, gp (gnuplot's scripts) or none", "FORMAT"},
      {"resume", 0, 0, G_OPTION_ARG_NONE, &options.resume, "Go on with what DIR holds", NULL},
      {"shard", 0, 0, G_OPTION_ARG_STRING, &options.shard, "Do only this part of the cells, for `teardown merge`",
       "I/N"},
      {"list", 0, 0, G_OPTION_ARG_NONE, &options.list, "List the sweeps that come with teardown", NULL},
      {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry, "Check the file, say how much work it is, do none", NULL},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "No progress on the terminal", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(
          &argc, &argv, "SWEEP.json|NAME", "Runs a scenario many times, its parameters varied: how often it ends how.",
          "The numbers are the same for any number of threads, shards and ranks. docs/sweeps.md has the format.\n\n"
          "Exit status: 0 all cells are finished, 2 not: a bad file, an error, or interrupted.\n\n"
          "Example: teardown sweep loss -o results",
          entries, NULL, NULL) &&
      sweep_pictures_option("sweep", options.pictures, &options.draws, &options.format) && parse_shard(&options) &&
      check_options(argc, &options))
    status = run_sweep(argv, &options);
  g_free(options.directory);
  g_free(options.shard);
  g_free(options.pictures);
  return status;
}
