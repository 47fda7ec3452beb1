/* teardown scenarios: what comes with it, by subject; found by words. */
#include <stdio.h>
#include <string.h>

#include "command/cli.h"
#include "command/command.h"
#include "command/gallery.h"
#include "command/library.h"
#include "trace/json_text.h"

typedef struct Options {
  gboolean json, markdown;
  char *gallery;
  CliStyleOptions style;
} Options;

/* Whether each of the words stands somewhere in what is said of the scenario, in either case. */
static gboolean is_about(const char *name, const Scenario *scenario, char **words) {
  g_autoptr(GString) all = g_string_new(name);
  g_string_append_printf(all, "\n%s\n%s\n%s", scenario->title ? scenario->title : "",
                         scenario->lesson ? scenario->lesson : "", scenario->description ? scenario->description : "");
  for (guint i = 0; i < scenario->look_at->len; i++)
    g_string_append_printf(all, "\n%s", (const char *)g_ptr_array_index(scenario->look_at, i));
  g_autofree char *folded = g_utf8_casefold(all->str, -1);
  for (; *words; words++) {
    g_autofree char *word = g_utf8_casefold(*words, -1);
    if (!strstr(folded, word))
      return FALSE;
  }
  return TRUE;
}

static void found_free(void *data) {
  LibraryScenario *found = data;
  g_free(found->name);
  g_free(found->path);
  scenario_free(found->scenario);
  g_free(found);
}

/* Those that the words are about; NULL after a complaint. */
static GPtrArray *search(char **words) {
  g_autofree char *folder = library_folder();
  if (!folder) {
    cli_complain("scenarios", FALSE, "the scenarios are not there: set TEARDOWN_SCENARIOS to their folder");
    return NULL;
  }
  GPtrArray *all = g_ptr_array_new_with_free_func(found_free);
  g_autoptr(GPtrArray) names = library_names();
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    g_autofree char *file = g_strconcat(name, ".json", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    Scenario *scenario = cli_load(path, NULL);
    if (!scenario) {
      g_ptr_array_unref(all);
      return NULL;
    }
    if (!is_about(name, scenario, words)) {
      scenario_free(scenario);
      continue;
    }
    LibraryScenario *found = g_new0(LibraryScenario, 1);
    *found = (LibraryScenario){g_strdup(name), g_steal_pointer(&path), scenario};
    g_ptr_array_add(all, found);
  }
  return all;
}

static int subject_length(const char *name) {
  return (int)(strchr(name, '/') - name);
}

static void append_wrapped(GString *out, const TextStyle *style, unsigned indent, const char *text) {
  g_autofree char *clean = text_clean(style, text);
  g_autoptr(GPtrArray) lines = text_wrap(style, clean, text_style_width(style) - indent);
  for (guint i = 0; i < lines->len; i++) {
    text_pad(out, indent);
    g_string_append_printf(out, "%s\n", (const char *)g_ptr_array_index(lines, i));
  }
}

static void append_list(GString *out, const TextStyle *style, const GPtrArray *all) {
  unsigned widest = 0;
  for (guint i = 0; i < all->len; i++) {
    const LibraryScenario *found = g_ptr_array_index(all, i);
    widest = MAX(widest, text_width(strchr(found->name, '/') + 1));
  }
  const char *subject = "";
  for (guint i = 0; i < all->len; i++) {
    const LibraryScenario *found = g_ptr_array_index(all, i);
    int length = subject_length(found->name);
    if (strncmp(subject, found->name, (size_t)length + 1) != 0) {
      g_autofree char *heading = g_strndup(found->name, (gsize)length);
      g_string_append(out, i ? "\n" : "");
      text_append(out, style, TEXT_BOLD, heading);
      g_string_append_c(out, '\n');
      subject = found->name;
    }
    const char *name = strchr(found->name, '/') + 1;
    g_string_append_printf(out, "  %s", name);
    text_pad(out, widest + 2 - text_width(name));
    g_autofree char *title = text_clean(style, found->scenario->title ? found->scenario->title : "");
    unsigned left = text_style_width(style) - MIN(widest + 4, text_style_width(style) - 20);
    g_autofree char *fitting = text_fit(style, title, left);
    g_string_append_printf(out, "%s\n", fitting);
  }
}

/* The only one that was found, in full. */
static void append_one(GString *out, const TextStyle *style, const LibraryScenario *found) {
  const Scenario *scenario = found->scenario;
  g_autofree char *title = text_clean(style, scenario->title ? scenario->title : found->name);
  text_append(out, style, TEXT_BOLD, title);
  g_string_append(out, "\n");
  if (scenario->description) {
    g_string_append_c(out, '\n');
    append_wrapped(out, style, 0, scenario->description);
  }
  if (scenario->lesson) {
    g_string_append(out, "\nThe lesson:\n");
    append_wrapped(out, style, 2, scenario->lesson);
  }
  if (scenario->look_at->len)
    g_string_append(out, "\nLook at:\n");
  for (guint i = 0; i < scenario->look_at->len; i++)
    append_wrapped(out, style, 2, g_ptr_array_index(scenario->look_at, i));
  if (scenario->references->len)
    g_string_append(out, "\nMore about it:\n");
  for (guint i = 0; i < scenario->references->len; i++) {
    const ScenarioReference *reference = g_ptr_array_index(scenario->references, i);
    g_autofree char *line = g_strdup_printf("%s %s", reference->title, reference->url ? reference->url : "");
    append_wrapped(out, style, 2, line);
  }
  g_autofree char *path = text_clean(style, found->path);
  g_string_append_printf(out, "\nTo see it:    teardown run %s\nThe file:     %s\n", found->name, path);
}

static void append_json_member(GString *out, const char *key, const char *text, gboolean last) {
  if (!text)
    text = "";
  g_string_append_printf(out, "\"%s\": ", key);
  json_append_string(out, text);
  g_string_append(out, last ? "}" : ", ");
}

static void append_json(GString *out, const GPtrArray *all) {
  g_string_append_c(out, '[');
  for (guint i = 0; i < all->len; i++) {
    const LibraryScenario *found = g_ptr_array_index(all, i);
    g_string_append(out, i ? ",\n {" : "\n {");
    append_json_member(out, "name", found->name, FALSE);
    append_json_member(out, "file", found->path, FALSE);
    append_json_member(out, "title", found->scenario->title, FALSE);
    append_json_member(out, "lesson", found->scenario->lesson, TRUE);
  }
  g_string_append(out, "\n]\n");
}

static int none_found(void) {
  fputs("teardown scenarios: none is about that; without a word it lists them all\n", stderr);
  return EXIT_FAILED;
}

static int list(char **words, const Options *options) {
  g_autoptr(GPtrArray) all = search(words);
  if (!all)
    return EXIT_CANNOT;
  if (options->gallery)
    return all->len ? gallery_write(options->gallery, all) : none_found();
  TextStyle style = cli_style(&options->style, stdout);
  g_autoptr(GString) out = g_string_new(NULL);
  if (options->json)
    append_json(out, all);
  else if (options->markdown && all->len)
    gallery_append_page(out, all);
  else if (all->len == 1)
    append_one(out, &style, g_ptr_array_index(all, 0));
  else
    append_list(out, &style, all);
  fwrite(out->str, 1, out->len, stdout);
  if (!all->len && !options->json)
    none_found();
  return cli_flush(all->len ? EXIT_HOLDS : EXIT_FAILED);
}

int command_scenarios(int argc, char **argv) {
  Options options = {0};
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print name, file, title and lesson of each as JSON", NULL},
      {"gallery", 0, 0, G_OPTION_ARG_FILENAME, &options.gallery,
       "Write a page, DIR/scenarios.md, and a small picture of each (needs gnuplot)", "DIR"},
      {"markdown", 0, 0, G_OPTION_ARG_NONE, &options.markdown, "Print that page alone", NULL},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "[WORD...]", "Lists the scenarios that come with teardown.",
                "With words: those that speak of all of them, in their name, title or text; if it is only one, all\n"
                "about it. `teardown run NAME` runs one by its name.\n\n"
                "Exit status: 0 some were found, 1 none, 2 they are not there.\n\n"
                "Example: teardown scenarios unread data",
                entries, NULL, &options.style))
    status = list(argv + 1, &options);
  g_free(options.gallery);
  cli_style_options_clear(&options.style);
  return status;
}
