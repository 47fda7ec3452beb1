/* A ready autograder for Gradescope: a ZIP archive with setup.sh, run_autograder, the labs and their scenarios, the
 * course's secret, and the program, which setup.sh installs into the grader's Ubuntu image. */
#ifndef TEARDOWN_LAB_AUTOGRADER_H
#define TEARDOWN_LAB_AUTOGRADER_H

#include "lab/lab.h"

#include <glib.h>

typedef struct AutograderParts {
  const GPtrArray *labs; /* of const Lab *, at least one */
  const char *secret;
  const char *roster;  /* a file; NULL: none */
  const char *program; /* the executable to put in; NULL: none, `source` is given */
  const char *source;  /* a tarball of `make dist`, built by setup.sh; NULL: none, `program` is given */
} AutograderParts;

/* Appends the archive. FALSE with `error` if a file cannot be read, or a lab's scenario lies outside the folder above
 * the lab's, where the archive has no place for it. */
gboolean autograder_write(const AutograderParts *parts, GString *out, GError **error);

#endif
