/* teardown packetdrill: play packetdrill scripts against a simulated host. */
#include "check/report.h"
#include "command/cli.h"
#include "command/command.h"
#include "command/show.h"
#include "packetdrill/pkt_parse.h"
#include "packetdrill/pkt_play.h"
#include "trace/json_text.h"
#include "trace/nearest.h"

#include <string.h>
#include <unistd.h>

typedef struct Options {
  char **defines;
  char *profile, *traces, *init, *format;
  gboolean json, no_ladder;
  int stop_after;
  CliStyleOptions style;
  const TcpProfile *tcp; /* NULL: as each script shows */
  char *init_command;
} Options;

/* What became of a script. */
typedef struct Played {
  char *path;
  PktScript *script; /* NULL: it could not be read */
  PktResult *result;
  GPtrArray *errors; /* of char *: why it could not be read */
} Played;

static void played_free(Played *played) {
  g_free(played->path);
  pkt_script_free(played->script);
  pkt_result_free(played->result);
  g_ptr_array_unref(played->errors);
  g_free(played);
}

/* --- playing ------------------------------------------------------------------------------------------------------ */

static const char *profile_of(const Played *played) {
  return played->result->profile ? played->result->profile->name : "rfc9293";
}

static void play(Played *played, const Options *options, gboolean trace) {
  const PktPlayOptions how = {.profile = options->tcp, .init_command = options->init_command, .trace = trace};
  g_clear_pointer(&played->result, pkt_result_free);
  played->result = pkt_play(played->script, &how);
}

/* The file of a trace: the path of the script below DIR, so that scripts of one name do not meet. */
static gboolean write_trace(const Played *played, const Options *options) {
  const char *path = g_path_skip_root(played->path) ? g_path_skip_root(played->path) : played->path;
  g_auto(GStrv) parts = g_strsplit(path, G_DIR_SEPARATOR_S, -1);
  GString *name = g_string_new(NULL);
  for (char **part = parts; *part; part++)
    if (**part && strcmp(*part, ".") != 0 && strcmp(*part, "..") != 0)
      g_string_append_printf(name, "%s%s", name->len ? G_DIR_SEPARATOR_S : "", *part);
  if (g_str_has_suffix(name->str, ".pkt"))
    g_string_truncate(name, name->len - 4);
  g_string_append(name, ".jsonl");

  const TextStyle style = {0};
  GString *text = g_string_new(NULL);
  g_autofree char *error = NULL;
  gboolean ok = show_trace(played->result->trace, "jsonl", &style, text, &error);
  g_assert(ok);
  ok = cli_write_file(options->traces, name->str, text->str, text->len);
  g_string_free(text, TRUE);
  g_string_free(name, TRUE);
  return ok;
}

static Played *play_one(const char *path, const Options *options) {
  Played *played = g_new0(Played, 1);
  played->path = g_strdup(path);
  played->errors = g_ptr_array_new_with_free_func(g_free);
  played->script = pkt_parse_file(path, options->defines, played->errors);
  if (!played->script)
    return played;
  play(played, options, options->traces != NULL);
  /* A trace costs time, and a pass needs none: only what did not pass is played again for its ladder. */
  if (played->result->verdict == PKT_FAIL && !played->result->trace && !options->no_ladder && !options->json)
    play(played, options, TRUE);
  return played;
}

/* --- reports ------------------------------------------------------------------------------------------------------ */

static gboolean has_passed(const Played *played) {
  return played->result && played->result->verdict == PKT_PASS;
}

/* What was expected and seen, warnings, and the ladder up to there. */
static char *detail_of(const Played *played, const Options *options) {
  GString *out = g_string_new(NULL);
  const PktResult *result = played->result;
  if (result->verdict == PKT_OUTSIDE)
    g_string_append_printf(out, "%s:%u: outside what is simulated: %s\n%s%s%s", played->path, result->line,
                           result->message, result->source ? "  script:   " : "", result->source ? result->source : "",
                           result->source ? "\n" : "");
  g_autofree char *text = pkt_result_text(result, played->script);
  if (result->verdict == PKT_FAIL)
    g_string_append(out, text);
  for (guint i = 0; i < result->warnings->len; i++) {
    if (out->len > 0 && out->str[out->len - 1] != '\n')
      g_string_append_c(out, '\n');
    g_string_append_printf(out, "warning: %s\n", (const char *)g_ptr_array_index(result->warnings, i));
  }
  if (result->trace && !options->no_ladder && result->verdict == PKT_FAIL) {
    const TextStyle style = {.width = (unsigned)options->style.width, .ascii = options->style.ascii};
    g_autofree char *error = NULL;
    if (out->len > 0 && out->str[out->len - 1] != '\n')
      g_string_append_c(out, '\n');
    gboolean ok = show_trace(result->trace, "ladder", &style, out, &error);
    g_assert(ok);
  }
  while (out->len > 0 && out->str[out->len - 1] == '\n')
    g_string_truncate(out, out->len - 1);
  return g_string_free(out, FALSE);
}

static CheckFile *check_file_of(const Played *played, const Options *options) {
  if (!played->script) {
    GString *errors = g_string_new(NULL);
    for (guint i = 0; i < played->errors->len; i++)
      g_string_append_printf(errors, "%s%s", i ? "\n" : "", (const char *)g_ptr_array_index(played->errors, i));
    CheckFile *file = check_file_new(played->path, NULL, errors->str);
    g_string_free(errors, TRUE);
    return file;
  }
  const PktResult *played_as = played->result;
  CheckResult *result = g_new0(CheckResult, 1);
  result->ok = has_passed(played);
  result->text = g_strdup_printf("%s as %s", played_as->verdict == PKT_OUTSIDE ? "can be played" : "goes by the script",
                                 profile_of(played));
  result->detail = result->ok ? NULL : detail_of(played, options);
  result->line = (int)played_as->line;
  GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
  g_ptr_array_add(results, result);
  return check_file_new(played->path, results, NULL);
}

static void json_member(GString *out, const char *name, const char *value) {
  g_string_append_printf(out, ",\"%s\":", name);
  if (value)
    json_append_string(out, value);
  else
    g_string_append(out, "null");
}

static void json_list(GString *out, const char *name, const GPtrArray *texts) {
  g_string_append_printf(out, ",\"%s\":[", name);
  for (guint i = 0; texts && i < texts->len; i++) {
    if (i > 0)
      g_string_append_c(out, ',');
    json_append_string(out, g_ptr_array_index(texts, i));
  }
  g_string_append_c(out, ']');
}

/* A line a script. */
static void report_json(const Played *played, GString *out) {
  static const char *const verdicts[] = {[PKT_PASS] = "pass", [PKT_FAIL] = "fail", [PKT_OUTSIDE] = "outside"};
  const PktResult *result = played->result;
  g_string_append(out, "{\"script\":");
  json_append_string(out, played->path);
  json_member(out, "verdict", result ? verdicts[result->verdict] : "unread");
  if (result) {
    json_member(out, "profile", profile_of(played));
    g_string_append_printf(out, ",\"line\":%u", result->line);
    json_member(out, "message", result->message);
    json_member(out, "source", result->source);
    json_member(out, "expected", result->expected);
    json_member(out, "seen", result->seen);
    json_list(out, "warnings", result->warnings);
    g_string_append_printf(out, ",\"events\":%u,\"ended_at\":%" G_GINT64_FORMAT, result->events_done, result->ended_at);
  }
  json_list(out, "errors", played->errors);
  g_string_append(out, "}\n");
}

static void report_counts(const GPtrArray *all, guint given, GString *out) {
  guint passed = 0, failed = 0, outside = 0, unread = 0;
  for (guint i = 0; i < all->len; i++) {
    const Played *played = g_ptr_array_index(all, i);
    if (!played->result)
      unread++;
    else
      (played->result->verdict == PKT_PASS ? passed++ : played->result->verdict == PKT_FAIL ? failed++ : outside++);
  }
  g_string_append_printf(out, "scripts: %u pass, %u fail, %u outside what is simulated, %u could not be read", passed,
                         failed, outside, unread);
  if (all->len < given)
    g_string_append_printf(out, ", %u not played", given - all->len);
  g_string_append_c(out, '\n');
}

static int report(const GPtrArray *all, guint given, const Options *options) {
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)check_file_free);
  const char *format = options->format ? options->format : isatty(STDOUT_FILENO) ? "text" : "tap";
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < all->len; i++) {
    g_ptr_array_add(files, check_file_of(g_ptr_array_index(all, i), options));
    if (options->json)
      report_json(g_ptr_array_index(all, i), out);
  }
  if (options->json)
    ;
  else if (strcmp(format, "junit") == 0)
    report_junit(files, "teardown packetdrill", out);
  else if (strcmp(format, "tap") == 0)
    report_tap(files, out);
  else {
    report_text(files, cli_style(&options->style, stdout).colour, out);
    report_counts(all, given, out);
  }
  fwrite(out->str, 1, out->len, stdout);
  g_string_free(out, TRUE);
  return cli_flush(check_exit_status(files));
}

/* --- the verb ----------------------------------------------------------------------------------------------------- */

static gboolean read_profile(Options *options) {
  if (!options->profile)
    return TRUE;
  options->tcp = tcp_profile_find(options->profile);
  if (options->tcp)
    return TRUE;
  unsigned n_profiles;
  const TcpProfile *profiles = tcp_profile_list(&n_profiles);
  Nearest nearest = {.wanted = options->profile};
  for (unsigned i = 0; i < n_profiles; i++)
    nearest_offer(&nearest, profiles[i].name);
  cli_complain("packetdrill", FALSE, "no profile \"%s\"%s%s%s", options->profile,
               nearest.word ? "; did you mean \"" : "; teardown profiles lists them", nearest.word ? nearest.word : "",
               nearest.word ? "\"?" : "");
  return FALSE;
}

static gboolean read_options(Options *options) {
  const char *format = options->format;
  if (format && strcmp(format, "tap") != 0 && strcmp(format, "junit") != 0 && strcmp(format, "text") != 0) {
    cli_complain("packetdrill", TRUE, "--format: expected tap, junit or text, not \"%s\"", format);
    return FALSE;
  }
  if (options->stop_after < 0) {
    cli_complain("packetdrill", TRUE, "--stop-after: expected a number of scripts, not %d", options->stop_after);
    return FALSE;
  }
  for (char **define = options->defines; define && *define; define++) {
    const char *at = *define;
    while (g_ascii_isalnum(*at) || *at == '_')
      at++;
    if (at == *define || g_ascii_isdigit(**define) || (*at && *at != '=')) {
      cli_complain("packetdrill", TRUE, "-D: expected NAME or NAME=VALUE, not \"%s\"", *define);
      return FALSE;
    }
  }
  g_autoptr(GError) error = NULL;
  if (options->init && !g_file_get_contents(options->init, &options->init_command, NULL, &error)) {
    cli_complain("packetdrill", FALSE, "%s", error->message);
    return FALSE;
  }
  return read_profile(options);
}

static int play_all(int argc, char **argv, Options *options) {
  if (!read_options(options))
    return EXIT_CANNOT;
  if (argc < 2)
    return cli_complain("packetdrill", TRUE, "which scripts? Give .pkt files or folders of them");
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  for (int i = 1; i < argc; i++)
    if (!cli_collect_suffix("packetdrill", argv[i], ".pkt", paths))
      return EXIT_CANNOT;
  if (paths->len == 0)
    return cli_complain("packetdrill", FALSE, "no *.pkt below the given folders");
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)played_free);
  gboolean written = TRUE;
  int bad = 0;
  for (guint i = 0; i < paths->len && (options->stop_after == 0 || bad < options->stop_after); i++) {
    Played *played = play_one(g_ptr_array_index(paths, i), options);
    g_ptr_array_add(all, played);
    bad += !has_passed(played);
    if (options->traces && played->result && played->result->trace)
      written = write_trace(played, options) && written;
  }
  int status = report(all, paths->len, options);
  return written ? status : EXIT_CANNOT;
}

int command_packetdrill(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"define", 'D', 0, G_OPTION_ARG_STRING_ARRAY, &options.defines,
       "read what stands in #ifdef NAME, and VALUE for the word NAME", "NAME[=VALUE]"},
      {"profile", 'p', 0, G_OPTION_ARG_STRING, &options.profile,
       "the TCP to play against (default: as the script's commands show, else linux)", "NAME"},
      {"trace", 0, 0, G_OPTION_ARG_FILENAME, &options.traces, "write the trace of every run below DIR", "DIR"},
      {"init", 0, 0, G_OPTION_ARG_FILENAME, &options.init, "read these settings before each script's own", "FILE"},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
       "text (the default on a terminal), tap (the default elsewhere) or junit", "NAME"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "a line of JSON for each script instead", NULL},
      {"no-ladder", 0, 0, G_OPTION_ARG_NONE, &options.no_ladder, "no ladder for a script that fails", NULL},
      {"stop-after", 0, 0, G_OPTION_ARG_INT, &options.stop_after, "end when so many scripts did not pass", "N"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "SCRIPT.pkt|FOLDER...", "Plays packetdrill scripts against a simulated host.",
                "In virtual time, without privileges; no command of a script is executed (docs/packetdrill.md).\n\n"
                "Exit status: 0 all pass, 1 some fail or are outside what is simulated, 2 some could not be read.\n\n"
                "Example: teardown packetdrill --profile linux tests/packetdrill/linux",
                entries, NULL, &options.style))
    status = play_all(argc, argv, &options);
  g_strfreev(options.defines);
  g_free(options.profile);
  g_free(options.traces);
  g_free(options.init);
  g_free(options.init_command);
  g_free(options.format);
  cli_style_options_clear(&options.style);
  return status;
}
