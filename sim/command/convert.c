/* teardown convert: a run in the format of another tool. */
#include "command/cli.h"
#include "command/command.h"
#include "command/show.h"
#include "command/subject.h"

#include <string.h>
#include <unistd.h>

typedef struct Options {
  char *format, *output, *host;
  CliRunOptions run;
} Options;

/* Every format at once, as files. */
#define ALL "all"

static char *format_names(void) {
  unsigned count;
  const ExportFormat *formats = export_formats(&count);
  GString *names = g_string_new(NULL);
  for (unsigned i = 0; i < count; i++)
    g_string_append_printf(names, "%s%s", i ? ", " : "", formats[i].name);
  return g_string_free(names, FALSE);
}

static gboolean is_folder(const char *path) {
  return g_str_has_suffix(path, "/") || g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* The format that --to names or the output's name tells. NULL after a complaint. */
static const ExportFormat *choose_format(const Options *options) {
  g_autofree char *names = format_names();
  const char *word = options->format;
  const ExportFormat *format = word ? export_find(word) : options->output ? export_guess(options->output) : NULL;
  if (format)
    return format;
  if (word)
    cli_complain("convert", TRUE, "--to: expected one of %s, or all, not \"%s\"", names, word);
  else
    cli_complain("convert", TRUE, "to which format? --to takes one of %s, or all", names);
  return NULL;
}

static gboolean say_files(const Index *index, const char *directory) {
  for (guint i = 0; i < index->left_out->len; i++)
    cli_complain("convert", FALSE, "%s", (const char *)index->left_out->pdata[i]);
  g_autofree char *where = cli_clean(directory);
  printf("%u file%s in %s\n", index->files->len, index->files->len == 1 ? "" : "s", where);
  return index->left_out->len == 0;
}

static int write_all(const Trace *trace, const Options *options) {
  if (!options->output)
    return cli_complain("convert", TRUE, "--to all makes many files: say where with -o DIR");
  if (options->host)
    return cli_complain("convert", TRUE, "--host is for one format with a file for each host");
  g_autoptr(Index) index = index_new();
  if (!show_write_files(trace, index, options->output))
    return EXIT_CANNOT;
  g_autofree char *where = cli_clean(options->output);
  printf("index.md and %u files more are in %s\n", index->files->len, where);
  return EXIT_HOLDS;
}

/* What one host saw, or all: octets. */
static gboolean make(const Trace *trace, const ExportFormat *format, const char *host, GString *out) {
  g_autoptr(GError) error = NULL;
  g_assert(host || format->write);
  gboolean ok = host ? format->write_host(trace, host, out, &error) : format->write(trace, out, &error);
  if (!ok)
    cli_complain("convert", FALSE, "%s", error->message);
  return ok;
}

static int write_one(const Trace *trace, const ExportFormat *format, const Options *options) {
  if (options->output && is_folder(options->output) && !options->host) {
    g_autoptr(Index) index = index_new();
    if (!show_write_format(trace, format, index, options->output))
      return EXIT_CANNOT;
    return say_files(index, options->output) ? EXIT_HOLDS : EXIT_CANNOT;
  }
  g_autoptr(GString) out = g_string_new(NULL);
  const char *host = options->host;
  if (!host && !format->write && trace->header->hosts->len) /* of one host only: of the first, usually the client */
    host = ((const TraceHost *)g_ptr_array_index(trace->header->hosts, 0))->name;
  if (!host && !format->write)
    return cli_complain("convert", FALSE, "the trace has no host that a script could be for");
  if (!make(trace, format, host, out))
    return EXIT_CANNOT;
  if (!options->output || strcmp(options->output, "-") == 0) {
    fwrite(out->str, 1, out->len, stdout);
    return EXIT_HOLDS;
  }
  g_autofree char *folder = g_path_get_dirname(options->output), *name = g_path_get_basename(options->output);
  return cli_write_file(folder, name, out->str, out->len) ? EXIT_HOLDS : EXIT_CANNOT;
}

static int convert(int argc, char **argv, const Options *options) {
  if (argc != 2)
    return cli_complain("convert", TRUE, "which run? Give one scenario, or the trace of one (FILE.jsonl)");
  gboolean all = options->format && strcmp(options->format, ALL) == 0;
  const ExportFormat *format = all ? NULL : choose_format(options);
  if (!all && !format)
    return EXIT_CANNOT;
  gboolean to_stdout = !options->output || strcmp(options->output, "-") == 0;
  if (format && format->binary && to_stdout && isatty(STDOUT_FILENO))
    return cli_complain("convert", TRUE, "%s is nothing for a terminal: say where with -o FILE", format->name);
  if (format && options->host && !format->write_host)
    return cli_complain("convert", TRUE, "--host: %s has no file for each host", format->name);
  if (options->host && options->output && is_folder(options->output))
    return cli_complain("convert", TRUE, "--host makes one file: -o names it, not a folder");
  g_autoptr(Subject) subject = subject_load("convert", argv[1], &options->run);
  if (!subject)
    return EXIT_CANNOT;
  int status = all ? write_all(subject->trace, options) : write_one(subject->trace, format, options);
  return cli_flush(status);
}

static char *description(void) {
  unsigned count;
  const ExportFormat *formats = export_formats(&count);
  GString *text = g_string_new("FILE is a scenario, which is run, or a stored trace (FILE.jsonl, or - for standard "
                               "input). Formats:\n\n");
  for (unsigned i = 0; i < count; i++)
    g_string_append_printf(text, "  %-13s %s\n", formats[i].name, formats[i].about);
  g_string_append(
      text,
      "  all           every one of them, pictures, ladder and an index.md; needs -o DIR\n\n"
      "Without -o the result goes to standard output. -o FILE writes a file, whose suffix may say the\n"
      "format; -o DIR, a folder that exists or a name that ends in /, writes files of the usual names,\n"
      "of pcapng and packetdrill one for each host. A packetdrill script is of one host: the first, or --host.\n\n"
      "Example: teardown convert scenarios/loss/first-fin-lost.json -o lost.pcapng");
  return g_string_free(text, FALSE);
}

int command_convert(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"to", 't', 0, G_OPTION_ARG_STRING, &options.format, "The format", "FORMAT"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "Write into this file or folder", "FILE|DIR"},
      {"host", 0, 0, G_OPTION_ARG_STRING, &options.host, "Only what this host saw (pcapng), or for it (packetdrill)",
       "HOST"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  g_autofree char *about = description();
  if (cli_parse(&argc, &argv, "FILE", "Turns a run into what other tools read.", about, entries, &options.run, NULL))
    status = convert(argc, argv, &options);
  g_free(options.format);
  g_free(options.output);
  g_free(options.host);
  cli_run_options_clear(&options.run);
  return status;
}
