/* What became of the expectations of many scenarios, as TAP version 14, as JUnit XML, and as text for people.
 *
 * Whatever stands in names, titles and details cannot break a format: control and bidirectional characters, and octets
 * that are no UTF-8, are shown as visible symbols, and what is special in a format is escaped. The same results give
 * the same bytes: no times, no host names. Nothing here fails. */
#ifndef TEARDOWN_CHECK_REPORT_H
#define TEARDOWN_CHECK_REPORT_H

#include "check/expect.h"

#include <glib.h>

/* One scenario that was to be checked. It owns all it points to. */
typedef struct CheckFile {
  char *name;         /* of the scenario, or the file where there is none */
  GPtrArray *results; /* of CheckResult, as check_expectations() gives it; NULL: none */
  char *error;        /* it could not run: why, may have several lines; NULL: it ran, and only then results count */
} CheckFile;

/* `name` and `error` are copied, `results` is taken over. */
CheckFile *check_file_new(const char *name, GPtrArray *results, const char *error);
void check_file_free(CheckFile *file);

typedef struct CheckTotals {
  guint passed, failed; /* expectations */
  guint errors;         /* scenarios that could not run */
  guint empty;          /* scenarios that ran and expect nothing */
} CheckTotals;

/* `files` is of CheckFile here and below. */
CheckTotals check_totals(const GPtrArray *files);
/* The exit status: 0 all hold, 1 an expectation failed, 2 a scenario could not run. */
int check_exit_status(const GPtrArray *files);

/* All append to `out`. A scenario without expectations is a skipped test, one that could not run a failed one (TAP) or
 * an error (JUnit). */
void report_tap(const GPtrArray *files, GString *out);
/* `name` is the suite's: the verb's. */
void report_junit(const GPtrArray *files, const char *name, GString *out);
/* `colour` uses ANSI escapes. Ends with a line that counts. */
void report_text(const GPtrArray *files, gboolean colour, GString *out);

#endif
