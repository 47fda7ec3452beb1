#include "check/report.h"

#include <string.h>

CheckFile *check_file_new(const char *name, GPtrArray *results, const char *error) {
  CheckFile *file = g_new0(CheckFile, 1);
  file->name = g_strdup(name);
  file->results = results;
  file->error = g_strdup(error);
  return file;
}

void check_file_free(CheckFile *file) {
  if (file == NULL)
    return;
  g_free(file->name);
  if (file->results)
    g_ptr_array_unref(file->results);
  g_free(file->error);
  g_free(file);
}

static const CheckFile *file_at(const GPtrArray *files, guint index) {
  return g_ptr_array_index(files, index);
}

static guint result_count(const CheckFile *file) {
  return file->results ? file->results->len : 0;
}

static const CheckResult *result_at(const CheckFile *file, guint index) {
  return g_ptr_array_index(file->results, index);
}

static guint failures_of(const CheckFile *file) {
  guint failures = 0;
  for (guint i = 0; i < result_count(file); i++)
    failures += result_at(file, i)->ok ? 0 : 1;
  return failures;
}

CheckTotals check_totals(const GPtrArray *files) {
  CheckTotals totals = {0};
  for (guint i = 0; i < files->len; i++) {
    const CheckFile *file = file_at(files, i);
    if (file->error) {
      totals.errors++;
      continue;
    }
    totals.failed += failures_of(file);
    totals.passed += result_count(file) - failures_of(file);
    totals.empty += result_count(file) == 0 ? 1 : 0;
  }
  return totals;
}

int check_exit_status(const GPtrArray *files) {
  CheckTotals totals = check_totals(files);
  if (totals.errors > 0)
    return 2;
  return totals.failed > 0 ? 1 : 0;
}

/* ---- Text that is safe to show ----------------------------------------------------------------------------------- */

/* Characters that a terminal or a reader would obey instead of showing: controls, bidirectional and other invisible
 * format characters, separators of lines, and what is no character. The two joiners (U+200C, U+200D) spell words. */
static gboolean is_hidden(gunichar c) {
  static const struct {
    gunichar first, last;
  } ranges[] = {
      {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E}, {0x200B, 0x200B},
      {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ranges); i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return TRUE;
  return (c & 0xFFFE) == 0xFFFE;
}

static void append_symbol(GString *out, gunichar c) {
  if (c < 0x20)
    g_string_append_unichar(out, 0x2400 + c);
  else if (c == 0x7F)
    g_string_append_unichar(out, 0x2421);
  else
    g_string_append_printf(out, "<U+%04X>", c);
}

/* The first `length` octets of `text` as valid UTF-8 in which everything is visible; to be freed by the caller. */
static char *visible(const char *text, gsize length) {
  GString *out = g_string_sized_new(length);
  for (gsize i = 0; i < length;) {
    gunichar c = g_utf8_get_char_validated(text + i, (gssize)(length - i));
    if (c == (gunichar)-1 || c == (gunichar)-2) {
      g_string_append_printf(out, "<%02X>", (guchar)text[i]);
      i++;
      continue;
    }
    if (is_hidden(c))
      append_symbol(out, c);
    else
      g_string_append_unichar(out, c);
    i += (gsize)g_unichar_to_utf8(c, NULL);
  }
  return g_string_free(out, FALSE);
}

/* The lines of a detail or error, each visible; to be freed with g_strfreev(). */
static char **visible_lines(const char *text) {
  char **lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    char *shown = visible(*line, strlen(*line));
    g_free(*line);
    *line = shown;
  }
  return lines;
}

/* ---- TAP --------------------------------------------------------------------------------------------------------- */

/* In a description "#" would begin a directive. */
static void append_tap_description(GString *out, const char *text) {
  g_autofree char *shown = visible(text, strlen(text));
  for (const char *p = shown; *p; p++) {
    if (*p == '#' || *p == '\\')
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
  }
}

/* A double-quoted YAML scalar on one line, lines parted by "\n": the form that every reader of TAP takes. In a block, a
 * line of the text could pass for one of TAP's own ("Bail out!", which automake's driver obeys anywhere). With all
 * controls gone, only two characters are special. */
static void append_yaml_entry(GString *out, const char *key, const char *text) {
  g_auto(GStrv) lines = visible_lines(text);
  g_autofree char *shown = g_strjoinv("\n", lines);
  g_string_append_printf(out, "  %s: \"", key);
  for (const char *p = shown; *p; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c(out, '\\');
    if (*p == '\n')
      g_string_append(out, "\\n");
    else
      g_string_append_c(out, *p);
  }
  g_string_append(out, "\"\n");
}

static void append_tap_point(GString *out, gboolean ok, guint number, const char *file, const char *text) {
  g_string_append_printf(out, "%s %u - ", ok ? "ok" : "not ok", number);
  append_tap_description(out, file);
  if (text) {
    g_string_append(out, ": ");
    append_tap_description(out, text);
  }
}

static void append_tap_result(GString *out, guint number, const char *file, const CheckResult *result) {
  append_tap_point(out, result->ok, number, file, result->text);
  g_string_append_c(out, '\n');
  if (result->ok)
    return;
  g_string_append(out, "  ---\n");
  append_yaml_entry(out, "expected", result->text);
  append_yaml_entry(out, "got", result->detail ? result->detail : "");
  if (result->line > 0)
    g_string_append_printf(out, "  line: %d\n", result->line);
  g_string_append(out, "  ...\n");
}

void report_tap(const GPtrArray *files, GString *out) {
  CheckTotals totals = check_totals(files);
  g_string_append(out, "TAP version 14\n");
  g_string_append_printf(out, "1..%u\n", totals.passed + totals.failed + totals.errors + totals.empty);
  guint number = 0;
  for (guint i = 0; i < files->len; i++) {
    const CheckFile *file = file_at(files, i);
    if (file->error) {
      append_tap_point(out, FALSE, ++number, file->name, "could not run");
      g_string_append(out, "\n  ---\n");
      append_yaml_entry(out, "error", file->error);
      g_string_append(out, "  ...\n");
      continue;
    }
    if (result_count(file) == 0) {
      append_tap_point(out, TRUE, ++number, file->name, NULL);
      g_string_append(out, " # SKIP no expectations\n");
    }
    for (guint r = 0; r < result_count(file); r++)
      append_tap_result(out, ++number, file->name, result_at(file, r));
  }
}

/* ---- JUnit ------------------------------------------------------------------------------------------------------- */

/* Valid in text and in attributes. All controls are gone, so all characters are XML 1.0's. */
static void append_xml(GString *out, const char *shown) {
  for (const char *p = shown; *p; p++) {
    switch (*p) {
    case '&':
      g_string_append(out, "&amp;");
      break;
    case '<':
      g_string_append(out, "&lt;");
      break;
    case '>':
      g_string_append(out, "&gt;");
      break;
    case '"':
      g_string_append(out, "&quot;");
      break;
    case '\'':
      g_string_append(out, "&apos;");
      break;
    default:
      g_string_append_c(out, *p);
    }
  }
}

static void append_xml_attribute(GString *out, const char *name, const char *text) {
  g_autofree char *shown = visible(text, strlen(text));
  g_string_append_printf(out, " %s=\"", name);
  append_xml(out, shown);
  g_string_append_c(out, '"');
}

/* <failure> or <error>: the first line as the message, all of them as the text, then where. */
static void append_xml_trouble(GString *out, const char *element, const char *text, int line) {
  g_auto(GStrv) lines = visible_lines(text);
  g_string_append_printf(out, "      <%s message=\"", element);
  append_xml(out, lines[0] ? lines[0] : "");
  g_string_append(out, "\">");
  for (char **p = lines; *p; p++) {
    g_string_append(out, p == lines ? "" : "\n");
    append_xml(out, *p);
  }
  if (line > 0)
    g_string_append_printf(out, "\nline %d of the scenario", line);
  g_string_append_printf(out, "</%s>\n", element);
}

static void append_xml_case(GString *out, const CheckFile *file, const char *text) {
  g_string_append(out, "    <testcase");
  append_xml_attribute(out, "classname", file->name);
  append_xml_attribute(out, "name", text);
}

static void append_xml_result(GString *out, const CheckFile *file, const CheckResult *result) {
  append_xml_case(out, file, result->text);
  if (result->ok) {
    g_string_append(out, "/>\n");
    return;
  }
  g_string_append(out, ">\n");
  append_xml_trouble(out, "failure", result->detail ? result->detail : "", result->line);
  g_string_append(out, "    </testcase>\n");
}

static void append_xml_suite(GString *out, const CheckFile *file) {
  guint count = file->error ? 0 : result_count(file);
  g_string_append(out, "  <testsuite");
  append_xml_attribute(out, "name", file->name);
  g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n", count > 0 ? count : 1,
                         file->error ? 0 : failures_of(file), file->error ? 1 : 0, file->error || count > 0 ? 0 : 1);
  for (guint i = 0; i < count; i++)
    append_xml_result(out, file, result_at(file, i));
  if (file->error) {
    append_xml_case(out, file, "runs");
    g_string_append(out, ">\n");
    append_xml_trouble(out, "error", file->error, 0);
    g_string_append(out, "    </testcase>\n");
  } else if (count == 0) {
    append_xml_case(out, file, "expectations");
    g_string_append(out, ">\n      <skipped message=\"no expectations\"/>\n    </testcase>\n");
  }
  g_string_append(out, "  </testsuite>\n");
}

void report_junit(const GPtrArray *files, const char *name, GString *out) {
  CheckTotals totals = check_totals(files);
  g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_string_append_printf(out, "<testsuites name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n",
                         name, totals.passed + totals.failed + totals.errors + totals.empty, totals.failed,
                         totals.errors, totals.empty);
  for (guint i = 0; i < files->len; i++)
    append_xml_suite(out, file_at(files, i));
  g_string_append(out, "</testsuites>\n");
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

#define GREEN  "\033[32m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

static void append_mark(GString *out, gboolean colour, const char *paint, const char *mark) {
  g_string_append_printf(out, "  %s%-6s%s  ", colour ? paint : "", mark, colour ? PLAIN : "");
}

static void append_visible(GString *out, const char *text) {
  g_autofree char *shown = visible(text, strlen(text));
  g_string_append(out, shown);
}

static void append_indented(GString *out, const char *text) {
  g_auto(GStrv) lines = visible_lines(text);
  for (char **line = lines; *line; line++)
    g_string_append_printf(out, "            %s\n", *line);
}

static void append_text_result(GString *out, gboolean colour, const CheckResult *result) {
  append_mark(out, colour, result->ok ? GREEN : RED, result->ok ? "ok" : "FAILED");
  append_visible(out, result->text);
  if (!result->ok && result->line > 0)
    g_string_append_printf(out, " (line %d)", result->line);
  g_string_append_c(out, '\n');
  if (!result->ok && result->detail)
    append_indented(out, result->detail);
}

void report_text(const GPtrArray *files, gboolean colour, GString *out) {
  for (guint i = 0; i < files->len; i++) {
    const CheckFile *file = file_at(files, i);
    append_visible(out, file->name);
    g_string_append_c(out, '\n');
    if (file->error) {
      append_mark(out, colour, RED, "ERROR");
      g_string_append(out, "could not run\n");
      append_indented(out, file->error);
      continue;
    }
    if (result_count(file) == 0) {
      append_mark(out, colour, YELLOW, "-");
      g_string_append(out, "no expectations\n");
    }
    for (guint r = 0; r < result_count(file); r++)
      append_text_result(out, colour, result_at(file, r));
  }
  CheckTotals totals = check_totals(files);
  g_string_append_printf(out, "%u passed, %u failed", totals.passed, totals.failed);
  if (totals.errors > 0)
    g_string_append_printf(out, ", %u could not run", totals.errors);
  if (totals.empty > 0)
    g_string_append_printf(out, ", %u without expectations", totals.empty);
  g_string_append_c(out, '\n');
}
