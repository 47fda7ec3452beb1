/* teardown bench: what this machine makes of it. Each measurement runs in a process of its own, so that none inherits
 * the memory of another and the peak of memory is its own. */
#include "command/bench_work.h"
#include "command/cli.h"
#include "command/command.h"
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPEATS_MAX 99

typedef struct Sample {
  double cost;   /* in the work's unit */
  double octets; /* of memory for each piece */
} Sample;

typedef struct Result {
  double median, least, most, octets;
} Result;

static long peak_kilobytes(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void measure_here(const BenchWork *work, int fd) {
  long before = peak_kilobytes();
  uint64_t n = 0;
  double spent = work->run(work->amount, &n);
  Sample sample = {spent / work->scale / (double)n, (double)(peak_kilobytes() - before) * 1024 / (double)n};
  ssize_t written = write(fd, &sample, sizeof sample);
  _exit(written == (ssize_t)sizeof sample ? 0 : 1);
}

/* FALSE if the process came to nothing (no memory). */
static gboolean measure(const BenchWork *work, Sample *ret_sample) {
  int fds[2], status = 1;
  Sample sample;
  fflush(NULL);
  if (pipe(fds) != 0)
    return FALSE;
  pid_t child = fork();
  if (child == 0) {
    close(fds[0]);
    measure_here(work, fds[1]);
  }
  close(fds[1]);
  gboolean ok = child > 0 && read(fds[0], &sample, sizeof sample) == (ssize_t)sizeof sample;
  close(fds[0]);
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    continue;
  if (!ok || status != 0)
    return FALSE;
  *ret_sample = sample;
  return TRUE;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static Result result_of(const Sample *samples, unsigned count) {
  double costs[REPEATS_MAX], octets[REPEATS_MAX];
  for (unsigned i = 0; i < count; i++) {
    costs[i] = samples[i].cost;
    octets[i] = samples[i].octets;
  }
  qsort(costs, count, sizeof costs[0], compare);
  qsort(octets, count, sizeof octets[0], compare);
  return (Result){costs[count / 2], costs[0], costs[count - 1], octets[count / 2]};
}

static void print_text(const BenchWork *works, const Result *results, unsigned count, int repeats, gboolean large) {
  printf("CPU time, median of %d (least to most); memory at its peak\n", repeats);
  for (unsigned i = 0; i < count; i++) {
    if (works[i].is_large && !large)
      continue;
    printf("  %-48s %9.2f %-14s (%.2f to %.2f)", works[i].name, results[i].median, works[i].unit, results[i].least,
           results[i].most);
    if (works[i].has_memory)
      printf("  %.0f octets each", results[i].octets);
    putchar('\n');
  }
}

/* Names and units are this program's own: nothing in them needs an escape. */
static void print_json(const BenchWork *works, const Result *results, unsigned count, int repeats, gboolean large) {
  const char *separator = "";
  printf("{\"program\": \"teardown %s\", \"repeats\": %d, \"results\": [", PACKAGE_VERSION, repeats);
  for (unsigned i = 0; i < count; i++) {
    if (works[i].is_large && !large)
      continue;
    printf("%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"median\": %.3f, \"min\": %.3f, \"max\": %.3f", separator,
           works[i].name, works[i].unit, results[i].median, results[i].least, results[i].most);
    if (works[i].has_memory)
      printf(", \"octets\": %.0f", results[i].octets);
    putchar('}');
    separator = ",";
  }
  printf("\n]}\n");
}

int command_bench(int argc, char **argv) {
  gboolean json = FALSE, large = FALSE;
  int repeats = 5;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL},
      {"repeats", 'n', 0, G_OPTION_ARG_INT, &repeats, "Measure each so often, 1 to 99 (default 5)", "N"},
      {"large", 0, 0, G_OPTION_ARG_NONE, &large, "Also what takes up to 2 GB of memory: millions at a time", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  if (!cli_parse(&argc, &argv, "", "Measures the simulator on this machine: the event queue, connections, traces.",
                 "The works are measured in turn, N times over: on a busy machine only numbers of one run compare.\n"
                 "Exit status: 0 measured, 2 it could not be.\n\n"
                 "Example: teardown bench --json",
                 entries, NULL, NULL))
    return EXIT_CANNOT;
  if (argc > 1)
    return cli_complain("bench", TRUE, "no operands, please");
  if (repeats < 1 || repeats > REPEATS_MAX)
    return cli_complain("bench", TRUE, "--repeats: a number from 1 to %d", REPEATS_MAX);
  unsigned count;
  const BenchWork *works = bench_works(&count);
  g_autofree Sample *samples = g_new(Sample, count * (unsigned)repeats);
  for (unsigned repeat = 0; repeat < (unsigned)repeats; repeat++)
    for (unsigned i = 0; i < count; i++)
      if ((large || !works[i].is_large) && !measure(&works[i], &samples[i * (unsigned)repeats + repeat]))
        return cli_complain("bench", FALSE, "\"%s\" failed", works[i].name);
  g_autofree Result *results = g_new(Result, count);
  for (unsigned i = 0; i < count; i++)
    if (large || !works[i].is_large)
      results[i] = result_of(&samples[i * (unsigned)repeats], (unsigned)repeats);
  if (json)
    print_json(works, results, count, repeats, large);
  else
    print_text(works, results, count, repeats, large);
  return cli_flush(EXIT_HOLDS);
}
