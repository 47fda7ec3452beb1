/* A course at the command line: its labs, its secret, its options. Shared by the actions of `teardown lab`. */
#ifndef TEARDOWN_COMMAND_LAB_COURSE_H
#define TEARDOWN_COMMAND_LAB_COURSE_H

#include "command/cli.h"
#include "lab/grade.h"

#include <glib.h>

/* Where a secret is kept that `teardown lab init` made. */
#define LAB_SECRET_FILE ".teardown-course"

typedef struct LabOptions {
  char **students, **labs;
  char *secret, *roster, *format, *output;
  char *source; /* gradescope: a tarball to build there, instead of this program */
  int variants;
  gboolean overwrite;
  CliStyleOptions style;
} LabOptions;

/* The labs, loaded once each. Is a GradeLabs: finds by name only, never by a path that an answers file might give. */
typedef struct LabCourse {
  GradeLabs finder; /* first: a GradeLabs * is a LabCourse * */
  GPtrArray *files; /* of char *: every lab that may be found */
  GPtrArray *labs;  /* of Lab, loaded so far */
} LabCourse;

/* The shipped labs and those of --lab. */
void lab_course_init(LabCourse *course, const LabOptions *options);
void lab_course_clear(LabCourse *course);

/* The lab that an operand means: a file, or a name ("01-four-segments", "four-segments", "1"). NULL after a complaint
 * on stderr. The course owns it. */
const Lab *lab_course_find(LabCourse *course, const char *operand);

/* The secret of --secret FILE, TEARDOWN_LAB_SECRET, ./.teardown-course, or the one that everybody knows, in this order.
 * NULL after a complaint on stderr. `ret_own` tells whether it is the course's own. To be freed. */
char *lab_course_secret(const LabOptions *options, gboolean *ret_own);

/* The students of --student and --roster, of char *; NULL after a complaint. `needed`: there must be one. */
GradeRoster *lab_course_students(const LabOptions *options, gboolean needed);

/* Writes to -o FILE, or to stdout. */
int lab_course_write(const LabOptions *options, const GString *text);

/* The actions, argv[0] being the first operand. */
int lab_action_grade(int argc, char **argv, LabCourse *course, const LabOptions *options);
int lab_action_gradescope(int argc, char **argv, LabCourse *course, const LabOptions *options);
int lab_action_check(int argc, char **argv, LabCourse *course, const LabOptions *options);

#endif
