#include "config.h"

#include "output/picture/gnuplot.h"

#include "output/picture/glyphs.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than this of what gnuplot says is not shown. */
#define COMPLAINT_MAX 600

GQuark picture_error_quark(void) {
  return g_quark_from_static_string("teardown-picture-error");
}

static const char *const EXTENSIONS[PICTURE_FORMAT_COUNT] = {
    [PICTURE_SVG] = "svg", [PICTURE_PNG] = "png", [PICTURE_PDF] = "pdf", [PICTURE_SCRIPT] = "gp"};

const char *picture_format_extension(PictureFormat format) {
  g_assert(format < PICTURE_FORMAT_COUNT);
  return EXTENSIONS[format];
}

gboolean picture_format_of(const char *path, PictureFormat *ret_format) {
  const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
  for (unsigned i = 0; dot && i < PICTURE_FORMAT_COUNT; i++)
    if (g_ascii_strcasecmp(dot + 1, EXTENSIONS[i]) == 0) {
      *ret_format = (PictureFormat)i;
      return TRUE;
    }
  return FALSE;
}

static gboolean fail_file(const char *what, const char *path, int code, GError **error) {
  g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_FILE, "cannot %s %s: %s", what, path, g_strerror(code));
  return FALSE;
}

/* --- the program -------------------------------------------------------------------------------------------------- */

/* The one of the PATH, else the one that configure found. NULL with `error`. To be freed. */
static char *find_gnuplot(GError **error) {
  const char *configured = GNUPLOT_PATH;
  char *program = g_find_program_in_path("gnuplot");
  if (!program && g_file_test(configured, G_FILE_TEST_IS_EXECUTABLE))
    program = g_strdup(configured);
  if (!program)
    g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_NO_GNUPLOT,
                "pictures are drawn by gnuplot, which is not installed (Debian: apt-get install gnuplot-nox); "
                "-o FILE.gp writes its script without it");
  return program;
}

/* Ends the wait for the child. FALSE if it failed. */
static gboolean wait_for(GPid pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return FALSE;
  g_spawn_close_pid(pid);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Runs gnuplot from one open file into another, no shell between. It reads no start-up file of the user's, and writes
 * numbers with a point. */
static gboolean spawn_gnuplot(FILE *script, int output, FILE *complaints, gboolean *ret_ok, GError **error) {
  g_autofree char *program = find_gnuplot(error);
  if (!program)
    return FALSE;
  char *argv[] = {program, (char[]){"--default-settings"}, (char[]){"-"}, NULL};
  g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C.UTF-8", TRUE);
  GPid pid;
  g_autoptr(GError) reason = NULL;
  if (!g_spawn_async_with_fds(NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, fileno(script),
                              output, fileno(complaints), &reason)) {
    g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_NO_GNUPLOT, "cannot start gnuplot: %s", reason->message);
    return FALSE;
  }
  *ret_ok = wait_for(pid);
  return TRUE;
}

/* What gnuplot said on its standard error, shortened. A locale without a degree sign is nothing to complain of. To be
 * freed. */
static char *read_complaints(FILE *file) {
  char line[COMPLAINT_MAX];
  GString *text = g_string_new(NULL);
  rewind(file);
  while (text->len < COMPLAINT_MAX && fgets(line, sizeof line, file))
    if (!strstr(line, "degree sign"))
      g_string_append(text, line);
  return g_strstrip(g_string_free(text, FALSE));
}

/* A picture that came with a warning is no good picture. */
static gboolean run_gnuplot(const char *script, int output, GError **error) {
  FILE *input = tmpfile(), *complaints = tmpfile();
  gboolean done = FALSE, ok = FALSE;
  if (!input || !complaints || fputs(script, input) == EOF || fflush(input) != 0)
    fail_file("write", "a temporary file", errno, error);
  else {
    rewind(input);
    done = spawn_gnuplot(input, output, complaints, &ok, error);
  }
  if (done) {
    g_autofree char *said = read_complaints(complaints);
    if (!ok || *said) {
      g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_GNUPLOT, "gnuplot %s%s%s",
                  ok ? "is not content" : "could not draw the picture", *said ? ": " : "", said);
      done = FALSE;
    }
  }
  if (input)
    fclose(input);
  if (complaints)
    fclose(complaints);
  return done;
}

/* --- what SVG lacks ----------------------------------------------------------------------------------------------- */

static void append_replaced(GString *out, const char *line, size_t length, const char *what, const char *with) {
  const char *end = line + length, *found;
  size_t n = strlen(what);
  while ((found = g_strstr_len(line, end - line, what)) != NULL) {
    g_string_append_len(out, line, found - line);
    g_string_append(out, with);
    line = found + n;
  }
  g_string_append_len(out, line, end - line);
}

static gboolean starts(const char *line, size_t length, const char *with) {
  return length >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* gnuplot writes a text on a line of its own: by how a line begins it is known whether a stranger wrote in it. */
static void finish_line(GString *out, const char *line, size_t length, const char *title, gboolean *titled) {
  static const char text[] = "\t\t<text>";
  if (starts(line, length, text)) {
    g_string_append(out, "\t\t<text xml:space=\"preserve\">");
    /* gnuplot escapes & and <, but takes "&#65;" for a reference. */
    g_autoptr(GString) escaped = g_string_new(NULL);
    append_replaced(escaped, line + sizeof text - 1, length - (sizeof text - 1), "]]>", "]]&gt;");
    append_replaced(out, escaped->str, escaped->len, "&#", "&amp;#");
  } else if (starts(line, length, "<title>") && !*titled) {
    g_autofree char *escaped = g_markup_escape_text(title, -1);
    g_string_append_printf(out, "<title>%s</title>\n", escaped);
    *titled = TRUE;
  } else if (starts(line, length, "\t<g id=\"teardown_plot_")) {
    const char *tooltip = g_strstr_len(line, (gssize)length, "<title>"); /* a name of gnuplot's */
    g_string_append_len(out, line, tooltip ? tooltip - line : (gssize)length);
    g_string_append(out, tooltip ? "\n" : "");
  } else if (starts(line, length, "\t<g transform=")) {
    const char *families[][2] = {{"\"DejaVu Sans\"", "\"DejaVu Sans, Verdana, sans-serif\""},
                                 {"\"DejaVu Sans Mono\"", "\"DejaVu Sans Mono, Menlo, Consolas, monospace\""}};
    unsigned mono = g_strstr_len(line, (gssize)length, families[1][0]) != NULL;
    append_replaced(out, line, length, families[mono][0], families[mono][1]);
  } else
    append_replaced(out, line, length, " shape-rendering='crispEdges'", "");
}

char *svg_finish(const char *svg, const char *title) {
  GString *out = g_string_sized_new(strlen(svg) + 1024);
  gboolean titled = FALSE;
  while (*svg) {
    const char *newline = strchr(svg, '\n');
    size_t length = newline ? (size_t)(newline - svg) + 1 : strlen(svg);
    finish_line(out, svg, length, title, &titled);
    svg += length;
  }
  return g_string_free(out, FALSE);
}

static gboolean finish_svg_file(int *fd, const char *path, const char *title, GError **error) {
  g_autofree char *svg = NULL;
  g_autoptr(GError) reason = NULL;
  if (!g_file_get_contents(path, &svg, NULL, &reason)) {
    g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_FILE, "%s", reason->message);
    return FALSE;
  }
  g_autofree char *finished = svg_finish(svg, title);
  FILE *file = fdopen(*fd, "wb");
  if (!file)
    return fail_file("write", path, errno, error);
  *fd = -1;
  gboolean ok = ftruncate(fileno(file), 0) == 0 && fseek(file, 0, SEEK_SET) == 0 && fputs(finished, file) != EOF;
  int reason_of_failure = errno;
  if (fclose(file) != 0 || !ok)
    return fail_file("write", path, ok ? errno : reason_of_failure, error);
  return TRUE;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

/* Draws into the open, empty file `fd` of the name `part`; sets fd to -1 if it closes it. */
static gboolean draw_into(const Drawing *drawing, const Theme *theme, PictureFormat format, double scale, int *fd,
                          const char *part, GError **error) {
  g_autoptr(GHashTable) lacking = format == PICTURE_SVG ? NULL : glyphs_lacking(drawing);
  g_autofree char *plain = gnuplot_script(drawing, theme, format, scale);
  g_autofree char *script = lacking ? glyphs_replace(plain, lacking) : g_steal_pointer(&plain);
  if (!run_gnuplot(script, *fd, error))
    return FALSE;
  struct stat status;
  if (fstat(*fd, &status) != 0 || status.st_size == 0) {
    g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_GNUPLOT, "gnuplot drew nothing");
    return FALSE;
  }
  return format != PICTURE_SVG || finish_svg_file(fd, part, drawing->title, error);
}

/* The access rights that a file made by open() would have. */
static mode_t usual_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

static gboolean replace_file(const char *part, const char *path, GError **error) {
  if (chmod(part, usual_mode()) == 0 && g_rename(part, path) == 0)
    return TRUE;
  return fail_file("write", path, errno, error);
}

gboolean gnuplot_write(const Drawing *drawing, const Theme *theme, PictureFormat format, double scale, const char *path,
                       GError **error) {
  if (format == PICTURE_SCRIPT) {
    g_autofree char *script = gnuplot_script(drawing, theme, format, scale);
    g_autoptr(GError) reason = NULL;
    if (g_file_set_contents(path, script, -1, &reason))
      return TRUE;
    g_set_error(error, PICTURE_ERROR, PICTURE_ERROR_FILE, "%s", reason->message);
    return FALSE;
  }
  g_autofree char *part = g_strdup_printf("%s.XXXXXX", path);
  int fd = g_mkstemp(part);
  if (fd < 0)
    return fail_file("write", path, errno, error);
  gboolean ok = draw_into(drawing, theme, format, scale, &fd, part, error);
  if (fd >= 0 && close(fd) != 0 && ok)
    ok = fail_file("write", path, errno, error);
  ok = ok && replace_file(part, path, error);
  if (!ok)
    g_unlink(part);
  return ok;
}
