/* teardown lab gradescope: an autograder to upload. */
#include <string.h>

#include "command/command.h"
#include "command/lab_course.h"
#include "lab/autograder.h"

/* The labs that are meant: all of the course where none is named. */
static GPtrArray *labs_of(int argc, char **argv, LabCourse *course) {
  g_autoptr(GPtrArray) labs = g_ptr_array_new();
  for (int i = 0; i < argc; i++) {
    const Lab *lab = lab_course_find(course, argv[i]);
    if (!lab)
      return NULL;
    g_ptr_array_add(labs, (gpointer)lab);
  }
  for (guint i = 0; argc == 0 && i < course->files->len; i++) {
    const Lab *lab = lab_course_find(course, g_ptr_array_index(course->files, i));
    if (!lab)
      return NULL;
    g_ptr_array_add(labs, (gpointer)lab);
  }
  if (labs->len)
    return g_steal_pointer(&labs);
  cli_complain("lab", FALSE, "there are no labs here");
  return NULL;
}

int lab_action_gradescope(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  gboolean own;
  g_autoptr(GError) error = NULL;
  if (!options->output)
    return cli_complain("lab", TRUE, "gradescope: where to? Give -o autograder.zip");
  g_autoptr(GPtrArray) labs = labs_of(argc, argv, course);
  g_autofree char *secret = labs ? lab_course_secret(options, &own) : NULL;
  if (!secret)
    return EXIT_CANNOT;
  if (!own)
    return cli_complain("lab", FALSE,
                        "this course has no secret, so anybody could compute keys; `teardown lab init` "
                        "makes one");
  AutograderParts parts = {.labs = labs, .secret = secret, .roster = options->roster, .source = options->source};
  if (!options->source)
    parts.program = "/proc/self/exe";
  g_autoptr(GString) out = g_string_new(NULL);
  if (!autograder_write(&parts, out, &error))
    return cli_complain("lab", FALSE, "%s", error->message);
  return lab_course_write(options, out);
}
