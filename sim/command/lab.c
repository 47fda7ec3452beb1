/* teardown lab: exercises whose keys are computed, for a class in which everybody has a variant of his own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/lab_course.h"
#include "lab/format.h"
#include "lab/worksheet.h"
#include "trace/nearest.h"

/* --- list and show ------------------------------------------------------------------------------------------------ */

static int action_list(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  (void)argv;
  int status = EXIT_HOLDS;
  TextStyle style = cli_style(&options->style, stdout);
  if (argc)
    return cli_complain("lab", TRUE, "list takes no operand");
  for (guint i = 0; i < course->files->len; i++) {
    const Lab *lab = lab_course_find(course, g_ptr_array_index(course->files, i));
    if (!lab) {
      status = EXIT_CANNOT;
      continue;
    }
    g_autofree char *name = text_clean(&style, lab->name), *title = text_clean(&style, lab->title);
    g_autofree char *summary = text_clean(&style, lab->summary);
    printf("%-24s %3u min  %2u questions, %3u points  %s\n%-24s %s\n", name, lab->minutes, lab->questions->len,
           lab_points(lab), title, "", summary);
  }
  return cli_flush(status);
}

static void append_list(GString *out, const TextStyle *style, const char *heading, const GPtrArray *list) {
  if (!list->len)
    return;
  g_string_append_printf(out, "\n%s\n", heading);
  for (guint i = 0; i < list->len; i++) {
    g_autofree char *clean = text_clean(style, g_ptr_array_index(list, i));
    g_autoptr(GPtrArray) lines = text_wrap(style, clean, text_style_width(style) - 4);
    for (guint k = 0; k < lines->len; k++)
      g_string_append_printf(out, "%s%s\n", k ? "    " : "  - ", (const char *)g_ptr_array_index(lines, k));
  }
}

static void append_questions(GString *out, const TextStyle *style, const Lab *lab) {
  g_string_append(out, "\nQuestions\n");
  for (guint i = 0; i < lab->questions->len; i++) {
    const LabQuestion *question = g_ptr_array_index(lab->questions, i);
    g_autofree char *text = text_clean(style, question->text);
    g_string_append_printf(out, "  %s (%s, %u point%s): %s\n", question->id, lab_question_kind(question->kind)->word,
                           question->points, question->points == 1 ? "" : "s", text);
  }
}

static int action_show(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  if (argc != 1)
    return cli_complain("lab", TRUE, "show: which lab?");
  const Lab *lab = lab_course_find(course, argv[0]);
  if (!lab)
    return EXIT_CANNOT;
  TextStyle style = cli_style(&options->style, stdout);
  g_autoptr(GString) out = g_string_new(NULL);
  g_autofree char *title = text_clean(&style, lab->title), *summary = text_clean(&style, lab->summary);
  text_append(out, &style, TEXT_BOLD, title);
  g_string_append_printf(out, "  (%u minutes, %u points)\n%s\n", lab->minutes, lab_points(lab), summary);
  append_list(out, &style, "Objectives", lab->objectives);
  append_list(out, &style, "Background", lab->background);
  append_questions(out, &style, lab);
  g_autoptr(GPtrArray) time = g_ptr_array_new();
  if (lab->notes.time)
    g_ptr_array_add(time, lab->notes.time);
  append_list(out, &style, "For the instructor: time", time);
  append_list(out, &style, "Pitfalls", lab->notes.pitfalls);
  append_list(out, &style, "To discuss", lab->notes.discussion);
  append_list(out, &style, "What is often got wrong", lab->notes.mistaken);
  return lab_course_write(options, out);
}

/* --- init --------------------------------------------------------------------------------------------------------- */

/* 32 octets of the system's randomness, as hexadecimal digits. */
static gboolean draw_secret(GString *out) {
  guint8 octets[32];
  int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  ssize_t got = file >= 0 ? read(file, octets, sizeof octets) : -1;
  if (file >= 0)
    close(file);
  for (unsigned i = 0; i < sizeof octets; i++)
    g_string_append_printf(out, "%02x", octets[i]);
  g_string_append_c(out, '\n');
  return got == (ssize_t)sizeof octets;
}

static int action_init(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  (void)argv, (void)course;
  const char *path = options->secret ? options->secret : LAB_SECRET_FILE;
  g_autoptr(GString) secret = g_string_new(NULL);
  if (argc)
    return cli_complain("lab", TRUE, "init takes no operand");
  if (!draw_secret(secret))
    return cli_complain("lab", FALSE, "this system gives no random numbers");
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return cli_complain("lab", FALSE, "cannot make the secret %s: %s", path, g_strerror(errno));
  ssize_t written = write(file, secret->str, secret->len);
  if (close(file) != 0 || written != (ssize_t)secret->len)
    return cli_complain("lab", FALSE, "cannot write the secret %s", path);
  g_autofree char *clean = cli_clean(path);
  printf("The course's secret is in %s. Keep it: grading needs it, and students must not see it.\n", clean);
  return cli_flush(EXIT_HOLDS);
}

/* --- start -------------------------------------------------------------------------------------------------------- */

static gboolean start_one(const Lab *lab, const char *secret, const char *student, const char *directory) {
  g_autoptr(GError) error = NULL;
  g_autoptr(LabInstance) instance = lab_instance_new(lab, secret, student, &error);
  if (!instance) {
    cli_complain("lab", FALSE, "%s: %s", student, error->message);
    return FALSE;
  }
  g_autofree char *folder = g_build_filename(directory, student, NULL);
  g_autoptr(GPtrArray) files = lab_worksheet(instance);
  for (guint i = 0; i < files->len; i++) {
    const LabFile *file = g_ptr_array_index(files, i);
    if (!cli_write_file(folder, file->name, file->data, file->length))
      return FALSE;
  }
  g_autofree char *clean = cli_clean(folder);
  printf("%s  %s  %u files in %s\n", student, instance->code, files->len, clean);
  return TRUE;
}

/* Answers that somebody may have filled in are not written over. */
static gboolean is_free(const char *directory, const char *student) {
  g_autofree char *path = g_build_filename(directory, student, "answers.json", NULL);
  if (!g_file_test(path, G_FILE_TEST_EXISTS))
    return TRUE;
  cli_complain("lab", FALSE, "%s is there already: give another -o DIR, or --overwrite", path);
  return FALSE;
}

static int action_start(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  gboolean own;
  int status = EXIT_HOLDS;
  if (argc != 1)
    return cli_complain("lab", TRUE, "start: which lab?");
  const Lab *lab = lab_course_find(course, argv[0]);
  g_autofree char *secret = lab ? lab_course_secret(options, &own) : NULL;
  GradeRoster *roster = secret ? lab_course_students(options, TRUE) : NULL;
  if (!roster)
    return EXIT_CANNOT;
  if (!own)
    fputs("teardown lab: this course has no secret, so students can compute each other's variants and keys; "
          "`teardown lab init` makes one\n",
          stderr);
  const char *directory = options->output ? options->output : lab->name;
  for (guint i = 0; i < roster->students->len && !options->overwrite; i++)
    if (variant_is_student(g_ptr_array_index(roster->students, i)) &&
        !is_free(directory, g_ptr_array_index(roster->students, i)))
      status = EXIT_CANNOT;
  for (guint i = 0; i < roster->students->len && status == EXIT_HOLDS; i++)
    if (!start_one(lab, secret, g_ptr_array_index(roster->students, i), directory))
      status = EXIT_CANNOT;
  grade_roster_free(roster);
  return cli_flush(status);
}

/* --- key ---------------------------------------------------------------------------------------------------------- */

static int action_key(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  g_autoptr(GError) error = NULL;
  gboolean own;
  const LabFormat *format = lab_format_find(options->format ? options->format : "text");
  if (argc != 1)
    return cli_complain("lab", TRUE, "key: which lab?");
  if (!format || !format->write_key)
    return cli_complain("lab", TRUE, "--format: \"%s\" is no format of keys", options->format);
  if (options->students && options->students[0] && options->students[1])
    return cli_complain("lab", TRUE, "key: one --student at a time");
  const Lab *lab = lab_course_find(course, argv[0]);
  g_autofree char *secret = lab ? lab_course_secret(options, &own) : NULL;
  if (!secret)
    return EXIT_CANNOT;
  g_autoptr(LabInstance) instance =
      lab_instance_new(lab, secret, options->students ? options->students[0] : NULL, &error);
  if (!instance)
    return cli_complain("lab", FALSE, "%s", error->message);
  TextStyle style = cli_style(&options->style, stdout);
  if (options->output)
    style.colour = FALSE;
  g_autoptr(GString) out = g_string_new(NULL);
  format->write_key(instance, &style, out);
  return lab_course_write(options, out);
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  int (*run)(int argc, char **argv, LabCourse *course, const LabOptions *options);
} ACTIONS[] = {{"list", action_list},       {"show", action_show},
               {"init", action_init},       {"start", action_start},
               {"key", action_key},         {"grade", lab_action_grade},
               {"check", lab_action_check}, {"gradescope", lab_action_gradescope}};

static int run_action(int argc, char **argv, const LabOptions *options) {
  if (argc < 2)
    return cli_complain("lab", TRUE,
                        "what is to be done? One of list, show, init, start, key, grade, check, gradescope");
  Nearest nearest = {.wanted = argv[1]};
  for (unsigned i = 0; i < G_N_ELEMENTS(ACTIONS); i++) {
    nearest_offer(&nearest, ACTIONS[i].name);
    if (strcmp(ACTIONS[i].name, argv[1]) != 0)
      continue;
    LabCourse course;
    lab_course_init(&course, options);
    int status = ACTIONS[i].run(argc - 2, argv + 2, &course, options);
    lab_course_clear(&course);
    return status;
  }
  if (nearest.word)
    return cli_complain("lab", TRUE, "no action \"%s\"; did you mean \"%s\"?", argv[1], nearest.word);
  return cli_complain("lab", TRUE, "no action \"%s\"; there are list, show, init, start, key, grade, check, gradescope",
                      argv[1]);
}

static char *formats_text(void) {
  unsigned n_formats;
  const LabFormat *formats = lab_formats(&n_formats);
  GString *out = g_string_new("Formats:\n");
  for (unsigned i = 0; i < n_formats; i++)
    g_string_append_printf(out, "  %-13s %s%s\n", formats[i].name, formats[i].summary,
                           !formats[i].write_grades ? " (key)"
                           : !formats[i].write_key  ? " (grade)"
                                                    : "");
  g_string_append(out,
                  "\nExit status of grade: 0 all points, 1 not all of them, or something to look at, 2 a file could\n"
                  "not be graded.\n\n"
                  "Example: teardown lab start four-segments --student s1234567 -o sheets");
  return g_string_free(out, FALSE);
}

int command_lab(int argc, char **argv) {
  LabOptions options = {0};
  const GOptionEntry entries[] = {
      {"student", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.students, "For this student; may be given again", "ID"},
      {"roster", 0, 0, G_OPTION_ARG_FILENAME, &options.roster, "For all students of FILE, one a line", "FILE"},
      {"secret", 0, 0, G_OPTION_ARG_FILENAME, &options.secret,
       "The course's secret (else $TEARDOWN_LAB_SECRET, else ./" LAB_SECRET_FILE ")", "FILE"},
      {"lab", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.labs, "A lab of your own that answers may be of", "FILE"},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &options.format, "What to write grades or keys as; see below", "NAME"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
       "start: a folder for each student below PATH; "
       "else write to PATH",
       "PATH"},
      {"overwrite", 0, 0, G_OPTION_ARG_NONE, &options.overwrite, "start: write over answers that are there", NULL},
      {"source", 0, 0, G_OPTION_ARG_FILENAME, &options.source,
       "gradescope: build this tarball (`make dist`) there, instead of this program", "FILE"},
      {"variants", 0, 0, G_OPTION_ARG_INT, &options.variants, "check: how many variants to try (default 20)", "N"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  g_autofree char *formats = formats_text();
  if (cli_parse(&argc, &argv,
                "list | show LAB | init | start LAB | key LAB | grade ANSWERS... | check [LAB...] | "
                "gradescope [LAB...]",
                "Labs: hands out worksheets, each student's a variant; computes keys; grades answers.", formats,
                entries, NULL, &options.style))
    status = run_action(argc, argv, &options);
  g_strfreev(options.students);
  g_strfreev(options.labs);
  g_free(options.roster);
  g_free(options.secret);
  g_free(options.format);
  g_free(options.output);
  g_free(options.source);
  cli_style_options_clear(&options.style);
  return status;
}
